import type { AnswerCall } from "@mindmesh/contracts/chat";

/** What of a call a reader of a copy is shown. */
export type CopiedCall = Pick<
  AnswerCall,
  "tool" | "title" | "state" | "input" | "output" | "error" | "cut" | "textOffset"
>;

/** An answer's text in the parts between its calls, each part with the calls that stand after it. */
export function partsOf(text: string, calls: readonly CopiedCall[]): { text: string; calls: CopiedCall[] }[] {
  const parts: { text: string; calls: CopiedCall[] }[] = [];
  let from = 0;
  for (const [offset, there] of Map.groupBy(calls, (call) => call.textOffset)) {
    parts.push({ text: text.slice(from, offset).trim(), calls: there });
    from = offset;
  }
  return [...parts, { text: (parts.length === 0 ? text : text.slice(from).trim()) || "", calls: [] }];
}

/** What became of a call, in words. */
export const stateInWords: Record<AnswerCall["state"], string> = {
  running: "running",
  waiting: "waiting for approval",
  done: "done",
  failed: "failed",
  refused: "not approved, not done",
  cancelled: "cancelled",
  lost: "lost: it may or may not have been done",
};

/** JSON in lines; what is none, as it is. */
export function inLines(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    return json;
  }
}

/** A call as a quotation in Markdown: which tool, what became of it, its arguments and its result. */
export function callAsMarkdown(call: CopiedCall): string {
  const blocks = [
    `**Tool: ${inline(call.title)}** (\`${call.tool.replaceAll("`", "'")}\`), ${stateInWords[call.state]}`,
    `Arguments:\n\n${fenced(inLines(call.input || "{}"))}`,
    call.output === null ? null : `Result:\n\n${fenced(inLines(call.output))}`,
    call.cut.length === 0 ? null : `Cut: ${inline(call.cut.join("; "))}`,
    call.error === null ? null : inline(call.error),
  ];
  return blocks
    .filter((block) => block !== null)
    .join("\n\n")
    .split("\n")
    .map((line) => (line === "" ? ">" : `> ${line}`))
    .join("\n");
}

/** A fence that is longer than any in the text, so that the text cannot end it. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}json\n${text}\n${fence}`;
}

const inline = (text: string) => text.replaceAll(/\s+/g, " ").replaceAll(/[\\`*_[\]<>]/g, String.raw`\$&`);
