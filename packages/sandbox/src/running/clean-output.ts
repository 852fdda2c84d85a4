/**
 * Makes text of what a program writes, in any pieces: valid UTF-8; no NUL, no control codes but newline, return and tab; of
 * ANSI's sequences only colours (ESC [ ... m). Moving the cursor, titles, links and answers of the terminal could
 * forge what a person sees, or type for them where the output is pasted into a terminal.
 */
export function outputCleaner(): { clean(bytes: Uint8Array): string; end(): string } {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let held = "";
  return {
    clean(bytes) {
      held += decoder.decode(bytes, { stream: true });
      const cut = startOfOpenSequence(held);
      const ready = held.slice(0, cut);
      held = held.slice(cut);
      return cleaned(ready);
    },
    end() {
      const rest = cleaned(held + decoder.decode());
      held = "";
      return rest;
    },
  };
}

/** A sequence that is longer than this is none. */
const longestSequence = 1024;

function startOfOpenSequence(text: string): number {
  const start = text.lastIndexOf("\u001b");
  if (start === -1 || text.length - start > longestSequence) return text.length;
  const rest = text.slice(start);
  return wholeSequence.test(rest) ? text.length : start;
}

// oxlint-disable no-control-regex
const stringSequence = "[\\]PX^_][^\\u0007\\u001b]{0,1024}(?:\\u0007|\\u001b\\\\)";
const controlSequence = "\\[[0-?]{0,64}[ -/]{0,8}[@-~]";
const otherSequence = "[ -/]{0,8}[0-OQ-WYZ\\\\`-~]";
const wholeSequence = new RegExp(`^\\u001b(?:${controlSequence}|${stringSequence}|${otherSequence})`);
const sequences = new RegExp(`\\u001b(?:${controlSequence}|${stringSequence}|${otherSequence})?`, "g");
const colour = /^\u001b\[[0-9;:]{0,64}m$/;
const controls = /[\u0000-\u0008\u000b\u000c\u000e-\u001a\u001c-\u001f\u007f-\u009f]/g;

function cleaned(text: string): string {
  return text.replace(sequences, (sequence) => (colour.test(sequence) ? sequence : "")).replace(controls, "");
}
