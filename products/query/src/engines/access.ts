import type { EngineKind } from "@mindmesh/contracts/query/engine";
import type { CheckedStatement } from "../guard/guard.ts";
import { StatementFailure } from "./engine.ts";

/** A statement goes where it was checked for, and nowhere else. @throws StatementFailure */
export function expectAccess(statement: CheckedStatement, engine: EngineKind, access: "read" | "write" | null): void {
  if (statement.engine !== engine) {
    throw new StatementFailure("refused", "The statement was checked for another kind of database.");
  }
  if (access !== null && statement.access !== access) {
    const message =
      access === "read"
        ? "The statement writes; it needs a preview and a confirmation."
        : "The statement was not checked for writing.";
    throw new StatementFailure("refused", message);
  }
}
