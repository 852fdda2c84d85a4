import type { Progress } from "@mindmesh/kernel/backup";

const width = 30;
const redrawMilliseconds = 100;
const lineMilliseconds = 5000;

/**
 * Shows how far a long job is: a bar that redraws itself on a terminal, otherwise a line every five seconds.
 * `end` clears the bar.
 */
export function progressBar(stream: NodeJS.WriteStream = process.stderr): { show: Progress; end(): void } {
  const terminal = stream.isTTY;
  let last = terminal ? 0 : performance.now(); // a short job says nothing in a log
  return {
    show(share, what) {
      const now = performance.now();
      if (now - last < (terminal ? redrawMilliseconds : lineMilliseconds)) return;
      last = now;
      const percent = `${String(Math.floor(Math.min(share, 1) * 100)).padStart(3)} %`;
      if (!terminal) return void stream.write(`${percent}  ${what}\n`);
      const full = Math.round(Math.min(share, 1) * width);
      const room = Math.max(0, (stream.columns || 80) - width - 10);
      stream.write(`\r\u001B[K${"█".repeat(full)}${"░".repeat(width - full)} ${percent}  ${what.slice(0, room)}`);
    },
    end() {
      if (terminal) stream.write("\r\u001B[K");
    },
  };
}
