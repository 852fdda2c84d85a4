/** A reason why a backup cannot be made or restored, worded for the person at the terminal. */
export class BackupError extends Error {
  override name = "BackupError";
}
