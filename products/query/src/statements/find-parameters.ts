import type { EngineKind } from "@mindmesh/contracts/query/engine";
import { tokensOf } from "../guard/text/tokens.ts";
import type { NamedParameter } from "./bind-parameters.ts";

/**
 * The parameters of a text in the order in which they stand: `:name`, with nothing between colon and name. A colon after a name,
 * number or bracket is a cast, a slice of an array or a path, and no parameter.
 */
export function findParameters(sql: string, engine: EngineKind): NamedParameter[] {
  const tokens = tokensOf(sql, engine).filter(({ kind }) => kind !== "comment");
  return tokens.flatMap((token, at) => {
    const [before, next] = [tokens[at - 1], tokens[at + 1]];
    if (sql.slice(token.from, token.to) !== ":" || next?.kind !== "word" || next.from !== token.to) return [];
    const touches =
      before !== undefined &&
      before.to === token.from &&
      /[\p{L}\p{N}_\]"'`)[:]$/u.test(sql.slice(before.from, before.to));
    return touches ? [] : [{ name: sql.slice(next.from, next.to), place: { from: token.from, to: next.to } }];
  });
}
