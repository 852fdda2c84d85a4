import type { ModelGateway } from "../ai/index.ts";
import type { Database } from "../db/index.ts";
import type { Outbound } from "../outbound/index.ts";
import type { Secrets } from "../secrets/index.ts";

export interface V1Dependencies {
  db: Database;
  gateway: ModelGateway;
  secrets: Secrets;
  outbound: Pick<Outbound, "guardedFetch">;
}
