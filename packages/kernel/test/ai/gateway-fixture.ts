import { type ModelServer, startModelServer } from "@mindmesh/model-server";
import { createTestDatabase } from "@mindmesh/test-support";
import { v7 as uuidv7 } from "uuid";
import { type GatewayDependencies, type ModelGateway, type ModelPart, openGateway } from "../../src/ai/index.ts";
import { type Database, openDatabase } from "../../src/db/index.ts";
import { openOutbound } from "../../src/outbound/index.ts";
import { openSecrets } from "../../src/secrets/index.ts";

export interface GatewayFixture {
  db: Database;
  models: ModelServer;
  gateway: ModelGateway;
  tenant: { workspaceId: string; userId: string };
  /** Errors beside the calls; a test expects none. */
  errors: unknown[];
  /** Another gateway on the same database. */
  open(changes?: Partial<GatewayDependencies>): ModelGateway;
  addPerson(workspaceId?: string): Promise<{ workspaceId: string; userId: string }>;
  /** Dollars per million tokens of the tenant's models that fit a pattern. Before the workspace's first call. */
  setPrice(pattern: string, inputPerMillion: number, outputPerMillion: number): Promise<void>;
  /** Returns the budget's id. */
  setBudget(terms: BudgetTerms): Promise<string>;
  close(): Promise<void>;
}

export interface BudgetTerms {
  /** The tenant's when missing. */
  workspaceId?: string;
  kind?: string;
  subject?: string | null;
  period?: string;
  limitUsd: number;
  ownKeys?: boolean;
  unknownPrices?: string;
}

export const testKey = "sk-test-0123456789abcdef";

/** A gateway with keys for every provider, all of which are one model server, on a database of its own. */
export async function startGatewayFixture(changes: Partial<GatewayDependencies> = {}): Promise<GatewayFixture> {
  const models = await startModelServer();
  const { url, drop } = await createTestDatabase();
  const db = openDatabase({ url });
  const outbound = openOutbound({ allowPrivate: "127.0.0.1" });
  const errors: unknown[] = [];
  const { baseUrls } = models;
  const gateways: ModelGateway[] = [];
  const open = (more: Partial<GatewayDependencies> = {}): ModelGateway => {
    const gateway = openGateway({
      db,
      outbound,
      secrets: openSecrets(["a master key that is only for tests"]),
      onError: (error) => errors.push(error),
      settings: {
        ANTHROPIC_API_KEY: testKey,
        ANTHROPIC_BASE_URL: baseUrls.anthropic,
        OPENAI_API_KEY: testKey,
        OPENAI_BASE_URL: baseUrls.openai,
        GEMINI_API_KEY: testKey,
        GOOGLE_BASE_URL: baseUrls.google,
        GROQ_API_KEY: testKey,
        GROQ_BASE_URL: baseUrls.groq,
        MISTRAL_API_KEY: testKey,
        MISTRAL_BASE_URL: baseUrls.mistral,
        OPENAI_COMPATIBLE_BASE_URL: baseUrls.compatible,
        OLLAMA_BASE_URL: models.url,
      },
      ...changes,
      ...more,
    });
    gateways.push(gateway);
    return gateway;
  };
  async function addPerson(workspaceId?: string) {
    const tenant = { workspaceId: workspaceId ?? uuidv7(), userId: uuidv7() };
    if (workspaceId === undefined) {
      await db.pool.query("INSERT INTO kernel.workspaces (id, name) VALUES ($1, 'Test')", [tenant.workspaceId]);
    }
    await db.pool.query("INSERT INTO kernel.people (id, email, name) VALUES ($1, $2, 'Test')", [
      tenant.userId,
      `${tenant.userId}@example.org`,
    ]);
    await db.pool.query("INSERT INTO kernel.members (workspace_id, person_id, role) VALUES ($1, $2, 'member')", [
      tenant.workspaceId,
      tenant.userId,
    ]);
    return tenant;
  }
  const gateway = open();
  const tenant = await addPerson();
  return {
    db,
    models,
    gateway,
    tenant,
    errors,
    open,
    addPerson,
    async setPrice(pattern, inputPerMillion, outputPerMillion) {
      await db.pool.query(
        `INSERT INTO kernel.model_prices (workspace_id, id, pattern, from_day, input_per_million, output_per_million, created_at, updated_at)
         VALUES ($1, gen_random_uuid(), $2, '2020-01-01', $3, $4, now(), now())`,
        [tenant.workspaceId, pattern, inputPerMillion, outputPerMillion],
      );
    },
    async setBudget({
      workspaceId = tenant.workspaceId,
      kind = "workspace",
      subject = null,
      period = "day",
      limitUsd,
      ownKeys = false,
      unknownPrices = "refuse",
    }) {
      const id = uuidv7();
      await db.pool.query(
        `INSERT INTO kernel.budgets (workspace_id, id, kind, subject, period, limit_nano, warn_percent, own_keys, unknown_prices, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, 80, $7, $8, now(), now())`,
        [workspaceId, id, kind, subject, period, Math.round(limitUsd * 1e9), ownKeys, unknownPrices],
      );
      gateway.forgetMoney(workspaceId);
      return id;
    },
    async close() {
      await Promise.all(gateways.map((each) => each.close()));
      await outbound.close();
      await db.close();
      await drop();
      await models.close();
    },
  };
}

export interface Collected {
  text: string;
  reasoning: string;
  /** Parts that are neither text, reasoning nor the end. */
  others: ModelPart[];
  finish: Extract<ModelPart, { type: "finish" }> | null;
  error: unknown;
}

/** Reads an answer to its end or its error. */
export async function collect(parts: AsyncIterable<ModelPart>): Promise<Collected> {
  const collected: Collected = { text: "", reasoning: "", others: [], finish: null, error: null };
  try {
    for await (const part of parts) {
      if (part.type === "finish") collected.finish = part;
      else if (part.type === "text" || part.type === "reasoning") collected[part.type] += part.text;
      else collected.others.push(part);
    }
  } catch (error) {
    collected.error = error;
  }
  return collected;
}
