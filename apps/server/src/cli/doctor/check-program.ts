import { existsSync } from "node:fs";
import { type Finding, good, note, problem } from "./finding.ts";

const oldestNode = 24;

/** The runtime and the built page. */
export function checkProgram(): Finding[] {
  const [major = 0] = process.versions.node.split(".").map(Number);
  const page = new URL("../../../../web/dist/index.html", import.meta.url);
  return [
    major >= oldestNode
      ? good(`Node ${process.versions.node}`)
      : problem(
          `Node ${process.versions.node} is too old`,
          `Run Mindmesh through npm (npm start, npm run mindmesh), which uses its own Node ${oldestNode}.`,
        ),
    existsSync(page) ? good("The page is built") : note("The page is not built yet: npm start does it"),
  ];
}
