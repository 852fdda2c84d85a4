import { readFileSync } from "node:fs";
import type { EngineKind } from "@mindmesh/contracts/query/engine";

/** Harmless queries of `harmless/<engine>.sql`: each begins with a line `--# what it is`. */
export function harmlessQueries(engine: EngineKind): { name: string; sql: string }[] {
  const text = readFileSync(new URL(`./harmless/${engine}.sql`, import.meta.url), "utf8");
  return text
    .split(/^--# /mu)
    .slice(1)
    .map((block) => {
      const end = block.indexOf("\n");
      return { name: block.slice(0, end), sql: block.slice(end + 1).trim() };
    });
}
