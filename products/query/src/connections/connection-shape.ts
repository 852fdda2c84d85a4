import type { Connection } from "@mindmesh/contracts/query/connections";
import type { ConnectionRow } from "../schema.ts";

/** A connection as pages and programs see it; the contract's schema drops its secret and what else it does not name. */
export const connectionShape = ({ secret: _secret, ...row }: ConnectionRow): Connection => row;
