/** Ends the program with a plain sentence when this Node is too old for what follows. */
export function requireNode20() {
  if (Number(process.versions.node.split(".")[0]) >= 20) return;
  console.error(
    "Mindmesh needs Node 20 or newer to start, and this is " + process.version + ". See https://nodejs.org",
  );
  process.exit(1);
}
