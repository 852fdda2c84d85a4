import { createHash } from "node:crypto";
import { AppError } from "../errors/index.ts";

const mostBytes = 256 * 1024;

/** JSON with the keys of every object in order, so that equal values have equal text. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    part !== null && typeof part === "object" && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  );
}

export interface BoundArguments {
  /** The arguments as canonical JSON. */
  text: string;
  /** SHA-256 over tool, workspace, person and arguments: what an approval is bound to. */
  hash: string;
}

/** @throws AppError too_large above 256 kB */
export function bindArguments(
  input: unknown,
  place: { tool: string; workspaceId: string; personId: string },
): BoundArguments {
  const text = canonicalJson(input ?? null);
  if (Buffer.byteLength(text) > mostBytes) {
    throw new AppError("too_large", { message: "The arguments are longer than 256 kB." });
  }
  const bound = JSON.stringify([place.tool, place.workspaceId, place.personId, text]);
  return { text, hash: createHash("sha256").update(bound).digest("hex") };
}
