let dropped: readonly File[] = [];

/** Hands files over to the page that opens them, which is on its way. */
export function dropFiles(files: readonly File[]): void {
  dropped = files;
}

/** The files that were dropped on the page before, once. */
export function takeDroppedFiles(): readonly File[] {
  const taken = dropped;
  dropped = [];
  return taken;
}
