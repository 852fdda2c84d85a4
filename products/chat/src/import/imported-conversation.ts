/** A conversation of another program, in the form that is stored. */
export interface ImportedConversation {
  source: "chatgpt" | "claude";
  /** Its id there. */
  id: string;
  title: string;
  createdAt: string;
  updatedAt: string;
  /** Parents before children. */
  messages: ImportedMessage[];
  /** The message at the end of the branch that was shown. */
  currentId: string | null;
}

export interface ImportedMessage {
  id: string;
  parentId: string | null;
  role: "user" | "assistant";
  text: string;
  reasoning: string;
  model: string | null;
  createdAt: string;
}

/** The moment as ISO text, or `otherwise` when it is missing or senseless. */
export function isoMoment(value: string | number | null | undefined, otherwise: string): string {
  if (value === null || value === undefined) return otherwise;
  // ChatGPT counts seconds, Claude writes ISO text.
  const date = new Date(typeof value === "number" ? value * 1000 : value);
  return Number.isNaN(date.getTime()) || date.getUTCFullYear() < 2000 ? otherwise : date.toISOString();
}
