/** A reason why a command cannot be carried out, worded for the person at the terminal. */
export class CommandError extends Error {
  override name = "CommandError";
}
