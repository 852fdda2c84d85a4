import type { CodeRunDetails, RunDisplay, RunOutput } from "@mindmesh/contracts/runs";

export type RunPart =
  | { kind: "text"; stream: RunOutput["stream"]; text: string }
  | { kind: "display"; display: RunDisplay };

/** What a run has put out in the order in which it appeared: text, with the figures at their places in it. */
export function partsOf({ output, displays }: Pick<CodeRunDetails, "output" | "displays">): RunPart[] {
  const parts: RunPart[] = [];
  const left = displays.toSorted((one, other) => one.position - other.position);
  let offset = 0;
  const addText = (stream: RunOutput["stream"], text: string) => {
    const last = parts.at(-1);
    if (text === "") return;
    if (last?.kind === "text" && last.stream === stream) last.text += text;
    else parts.push({ kind: "text", stream, text });
  };
  for (const { stream, text } of output) {
    let from = 0;
    while (left[0] && left[0].offset < offset + text.length) {
      const display = left.shift();
      if (!display) break;
      const until = Math.max(from, display.offset - offset);
      addText(stream, text.slice(from, until));
      from = until;
      parts.push({ kind: "display", display });
    }
    addText(stream, text.slice(from));
    offset += text.length;
  }
  return [...parts, ...left.map((display) => ({ kind: "display" as const, display }))];
}
