// Inlined into index.html (build/first-paint.ts) and allowed by its hash: theme and frame before anything is drawn.
try {
  const theme = localStorage.getItem("mindmesh.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  const frame = localStorage.getItem("mindmesh.frame");
  if (frame) document.documentElement.dataset.frame = frame;
} catch {
  // Storage is closed to us: the system's theme holds.
}
