import { type NodePgDatabase, drizzle } from "drizzle-orm/node-postgres";
import pg from "pg";
import { AppError } from "../errors/index.ts";

/** A Drizzle handle bound to one open transaction. `tenant` is whom row-level security limits it to, if anybody. */
export type Transaction = NodePgDatabase & { readonly client: pg.PoolClient; readonly tenant: Tenant | null };

/** Whose rows a transaction may see. */
export interface Tenant {
  workspaceId: string;
  userId?: string | undefined;
}

export interface Database {
  /**
   * Runs `work` in a transaction under the role `mindmesh_app`, where row-level security shows the rows of this one
   * workspace only. Commits when `work` resolves, rolls back when it throws.
   */
  withWorkspace<T>(tenant: Tenant, work: (tx: Transaction) => Promise<T>, settings?: TransactionSettings): Promise<T>;
  /** A transaction as the owner of the schema, past row-level security: identity, jobs, migrations, sweeps only. */
  system<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /** For libraries that bring their own queries (jobs, listening). */
  readonly pool: pg.Pool;
  readonly url: string;
  close(): Promise<void>;
}

export interface TransactionSettings {
  /**
   * The commit does not wait for the disk. It survives a kill of the server or of PostgreSQL, not a power cut; for
   * high-rate writes that nobody was told are safe, such as parts of a streamed answer.
   */
  relaxedDurability?: boolean;
  /** All statements see the same moment, so that what one reads fits what another reads; for reading only. */
  snapshot?: boolean;
  /** Runs on a replica when one is configured; never for reads after one's own write. */
  readOnly?: boolean;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

function checked(id: string): string {
  if (!uuid.test(id)) throw new Error("a tenant id that is not a UUID reached the database");
  return id;
}

export interface DatabaseOptions {
  url: string;
  replicaUrls?: string[];
  maxConnections?: number;
  /** Called when an idle connection breaks; the pool replaces it by itself. */
  onConnectionError?: (error: Error) => void;
}

/** Opens pools to the primary and to the replicas. Connects lazily. */
export function openDatabase(options: DatabaseOptions): Database {
  const open = (connectionString: string) => {
    const pool = new pg.Pool({
      connectionString,
      max: options.maxConnections ?? 20,
      connectionTimeoutMillis: 10_000,
      application_name: "mindmesh",
    });
    pool.on("error", (error) => options.onConnectionError?.(error));
    return pool;
  };
  const pool = open(options.url);
  const replicas = (options.replicaUrls ?? []).map(open);
  let turn = 0;

  /** A connection to that server, or to the primary while a replica cannot be reached. */
  async function connectTo(from: pg.Pool): Promise<pg.PoolClient> {
    if (from === pool) return pool.connect();
    try {
      return await from.connect();
    } catch (error) {
      options.onConnectionError?.(error as Error);
      return pool.connect();
    }
  }

  // The settings travel with BEGIN in one simple-protocol message: one round trip, and SET LOCAL ends with the
  // transaction, which keeps PgBouncer's transaction mode safe.
  async function transaction<T>(
    from: pg.Pool,
    begin: string,
    tenant: Tenant | null,
    work: (tx: Transaction) => Promise<T>,
  ): Promise<T> {
    const client = await connectTo(from);
    let broken: Error | undefined;
    const onError = (error: Error) => {
      broken = error;
    };
    client.on("error", onError);
    try {
      await client.query(begin);
      const result = await work(Object.assign(drizzle({ client }), { client, tenant }));
      await client.query("COMMIT");
      return result;
    } catch (error) {
      // Such an error of the driver has no code.
      if (broken && !(error instanceof AppError)) throw new AppError("unavailable", { cause: error });
      await client.query("ROLLBACK").catch((rollbackError: Error) => {
        broken ??= rollbackError;
      });
      throw error;
    } finally {
      client.off("error", onError);
      client.release(broken ?? false);
    }
  }

  return {
    pool,
    url: options.url,
    withWorkspace(tenant, work, settings = {}) {
      const begin = [
        settings.snapshot
          ? "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
          : settings.readOnly
            ? "BEGIN READ ONLY"
            : "BEGIN",
        "SET LOCAL ROLE mindmesh_app",
        `SELECT set_config('app.workspace_id', '${checked(tenant.workspaceId)}', true), ` +
          `set_config('app.user_id', '${tenant.userId === undefined ? "" : checked(tenant.userId)}', true)`,
        ...(settings.relaxedDurability ? ["SET LOCAL synchronous_commit = off"] : []),
      ].join("; ");
      const replica = settings.readOnly ? replicas[turn++ % replicas.length] : undefined;
      return transaction(replica ?? pool, begin, tenant, work);
    },
    system: (work) => transaction(pool, "BEGIN", null, work),
    async close() {
      await Promise.all([pool, ...replicas].map((each) => each.end()));
    },
  };
}
