/** Content that cannot be read as text, with a sentence for the person who uploaded it. */
export class Unreadable extends Error {
  override readonly name = "Unreadable";
}
