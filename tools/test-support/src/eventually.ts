/**
 * Tries `look` again and again until it no longer throws, and gives back what it gave.
 * @throws what `look` threw last, after `seconds`
 */
export async function eventually<T>(look: () => T | Promise<T>, seconds = 10): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  // Ever more rarely, so that a long wait does not use up the limits of requests that later tests need.
  for (let pause = 20; ; pause = Math.min(pause * 1.2, 100)) {
    try {
      return await look();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}
