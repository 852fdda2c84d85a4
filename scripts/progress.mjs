const terminal = process.stderr.isTTY;

/**
 * Does `work` as one step that the person sees begin and end, with its seconds. Progress goes to stderr, so that the
 * output of a command stays clean. An error that `work` throws ends the program with its message.
 */
export async function step(title, work) {
  const began = performance.now();
  const seconds = () => ((performance.now() - began) / 1000).toFixed(1);
  const line = (mark, end) =>
    process.stderr.write(`${terminal ? "\r\u001B[K" : ""}${mark} ${title} ${seconds()} s${end}`);
  if (!terminal) process.stderr.write(`- ${title} ...\n`);
  const ticking = terminal ? setInterval(() => line("-", ""), 100) : undefined;
  try {
    const result = await work();
    clearInterval(ticking);
    line("✓", "\n");
    return result;
  } catch (error) {
    clearInterval(ticking);
    line("✗", "\n");
    stop(error.message);
  }
}

export function note(text) {
  process.stderr.write(`  ${text}\n`);
}

/** Ends the program with a message for the person at the terminal. */
export function stop(message) {
  process.stderr.write(`\n${message}\n`);
  process.exit(1);
}
