import type { Database } from "../db/index.ts";
import { eventHead, type StoredEvent, readEvents } from "./event-log.ts";
import type { Notifications } from "./notifications.ts";

/**
 * Delivers the event log to this server's followers, in order, after commit. Every server reads the log for the
 * workspaces that its own sockets follow, so two servers need nothing between them but PostgreSQL.
 */
export function createDispatcher(
  db: Database,
  notifications: Notifications,
  deliver: (event: StoredEvent) => void,
  onError: (error: unknown) => void,
) {
  /** Workspace to the last delivered sequence number. */
  const delivered = new Map<string, number>();
  const running = new Map<string, Promise<void>>();
  const wanted = new Set<string>();

  async function drain(workspaceId: string): Promise<void> {
    while (wanted.delete(workspaceId)) {
      for (;;) {
        const after = delivered.get(workspaceId);
        if (after === undefined) return;
        const events = await readEvents(db, { workspaceId, after, limit: 500 });
        for (const event of events) {
          deliver(event);
          delivered.set(workspaceId, event.seq);
        }
        if (events.length < 500) break;
      }
    }
  }

  function wake(workspaceId: string): void {
    if (!delivered.has(workspaceId)) return;
    wanted.add(workspaceId);
    if (running.has(workspaceId)) return;
    const run = drain(workspaceId)
      .catch(onError)
      .finally(() => {
        running.delete(workspaceId);
        if (wanted.has(workspaceId)) setTimeout(() => wake(workspaceId), 250);
      });
    running.set(workspaceId, run);
  }

  notifications.on("mindmesh_events", (payload) => {
    const [workspaceId] = payload.split(":");
    if (workspaceId) wake(workspaceId);
  });
  notifications.onReconnect(() => {
    for (const workspaceId of delivered.keys()) wake(workspaceId);
  });

  return {
    /** Begins delivery for a workspace from its present head; does nothing when it runs already. */
    async begin(workspaceId: string): Promise<void> {
      if (delivered.has(workspaceId)) return;
      const head = await eventHead(db, workspaceId);
      if (!delivered.has(workspaceId)) delivered.set(workspaceId, head);
    },
    /** Ends delivery when the last follower has gone. */
    end(workspaceId: string): void {
      delivered.delete(workspaceId);
      wanted.delete(workspaceId);
    },
  };
}
