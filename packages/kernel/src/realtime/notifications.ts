import pg from "pg";

export interface Notifications {
  /** Calls `listener` with the payload of every NOTIFY on the channel, from this or any other server. */
  on(channel: string, listener: (payload: string) => void): void;
  /** Sends to every server, this one included. At most once: who is not listening misses it. */
  notify(channel: string, payload: string): Promise<void>;
  /** Called after a lost connection came back: notifications in between were missed. */
  onReconnect(listener: () => void): void;
  /** Whether notifications are heard now; while they are not, nothing may be kept that they would end. */
  isListening(): boolean;
  close(): Promise<void>;
}

/**
 * One connection that LISTENs, kept alive by reconnecting. Must reach PostgreSQL itself or a pool in session mode:
 * LISTEN does not work through transaction pooling.
 */
export async function openNotifications(url: string, onError: (error: Error) => void): Promise<Notifications> {
  const listeners = new Map<string, ((payload: string) => void)[]>();
  const reconnected: (() => void)[] = [];
  let client: pg.Client | undefined;
  let closed = false;
  // One query at a time on the one connection.
  let last: Promise<unknown> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;

  function run(text: string, values: string[] = []): Promise<unknown> {
    const next = last.then(() => client?.query(text, values));
    last = next.catch(() => undefined);
    return next;
  }

  async function connect(): Promise<void> {
    const fresh = new pg.Client({ connectionString: url, application_name: "mindmesh-listen", keepAlive: true });
    fresh.on("error", (error) => {
      if (client === fresh) client = undefined;
      onError(error);
      retry();
    });
    fresh.on("end", () => {
      if (client === fresh) client = undefined;
      retry();
    });
    fresh.on("notification", (message) => {
      for (const listener of listeners.get(message.channel) ?? []) listener(message.payload ?? "");
    });
    await fresh.connect();
    for (const channel of listeners.keys()) await fresh.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
    client = fresh;
  }

  function retry(): void {
    if (closed || timer) return;
    timer = setTimeout(() => {
      timer = undefined;
      connect().then(
        () => reconnected.forEach((listener) => listener()),
        (error: Error) => {
          onError(error);
          retry();
        },
      );
    }, 500);
  }

  await connect();
  return {
    on(channel, listener) {
      const known = listeners.get(channel);
      listeners.set(channel, [...(known ?? []), listener]);
      if (!known) run(`LISTEN ${pg.escapeIdentifier(channel)}`).catch(onError);
    },
    async notify(channel, payload) {
      await run("SELECT pg_notify($1, $2)", [channel, payload]);
    },
    onReconnect(listener) {
      reconnected.push(listener);
    },
    isListening: () => client !== undefined,
    async close() {
      closed = true;
      clearTimeout(timer);
      await client?.end().catch(() => undefined);
    },
  };
}
