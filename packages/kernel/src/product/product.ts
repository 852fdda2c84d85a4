import type { FastifyInstance } from "fastify";
import type { ModelGateway } from "../ai/index.ts";
import type { Config } from "../config/index.ts";
import type { Database, MigrationOwner } from "../db/index.ts";
import type { Job, Jobs } from "../jobs/index.ts";
import type { Logger } from "../observe/index.ts";
import type { Outbound } from "../outbound/index.ts";
import type { Mail } from "../notify/index.ts";
import type { PersonData } from "../person-data/index.ts";
import type { Notifications, Realtime } from "../realtime/index.ts";
import type { PromptSource, ResourceSource } from "../resources/index.ts";
import type { Secrets } from "../secrets/index.ts";
import type { BlobStore, FileGrant, UploadDependencies } from "../storage/index.ts";
import type { Tool, Tools } from "../tools/index.ts";

/** What the kernel offers to products; each takes only what it needs from it. */
export interface Kernel {
  config: Config;
  db: Database;
  log: Logger;
  /** Encrypts what people entrust to a product, such as passwords of databases. */
  secrets: Secrets;
  /** The guarded ways out; for every address that a person or a model gave. */
  outbound: Pick<Outbound, "guardedFetch" | "guardedConnect">;
  /** Null where no SMTP server is set. */
  mail: Mail | null;
  ai: ModelGateway;
  realtime: Realtime;
  notifications: Notifications;
  jobs: Pick<Jobs, "enqueue" | "cancel">;
  /** The tools of all products, by name; a product's own are in what its start gives back. */
  tools: Pick<Tools, "list" | "call" | "resume" | "cancel" | "whoAsked" | "readSettings">;
  /** The bytes of files; their rows and rights are the storage part's. */
  blobs: BlobStore;
  /** Has text and thumbnail of a file made, once the transaction is committed. */
  enqueueProcessing: UploadDependencies["enqueueProcessing"];
  /** Id of this server process, for work that it owns. */
  serverId: string;
}

/** A product's manifest. Adding one to the server is one line in apps/server/src/products.ts. */
export interface Product {
  name: string;
  migrations: MigrationOwner;
  /** Registers routes and whatever else runs; called once, before the server listens. */
  start(app: FastifyInstance, kernel: Kernel): RunningProduct;
}

export interface RunningProduct {
  /** Encrypts again what an older key encrypted, after a change of SECRET_KEY; gives back how much that was. */
  reencrypt?(db: Database, secrets: Secrets): Promise<number>;
  /** Who else than its owner may read a file, because it is part of something of the product's. */
  fileGrants?: FileGrant[];
  /** What it holds of people: for exports, and gone with an account or a workspace. */
  personData?: PersonData;
  /** Its jobs; worked by servers with the role `all` or `worker`. */
  jobs?: Job[];
  /** What of it can be read by models, for MCP clients. */
  resources?: ResourceSource[];
  /** Texts that people keep to begin with, for MCP clients. */
  prompts?: PromptSource[];
  /** What it can do, for page, chat, API, MCP clients and agents alike. */
  tools?: Tool[];
  /** Called before the server stops: finish or hand over what is running, within `seconds`. */
  drain(seconds: number): Promise<void>;
}
