import { LRUCache } from "lru-cache";
import { type Notifications, onSettingsChange } from "../realtime/index.ts";

/** Changes are heard at once; should a message be lost, what is kept is used for so long at most. */
const keepMs = 30_000;
/** The same while nothing is heard at all. */
const keepUnheardMs = 5_000;

/** How long what is kept may be late to end: the cache sets a timer whenever it looks at the clock. */
const clockMs = 250;

/** What every call asks of a workspace's settings, kept so that not every call asks the database. */
export interface KeptSettings<Value> {
  /** `name`: what of the workspace; nothing where there is but one. */
  read(workspaceId: string, name?: string): Promise<Value>;
  /** After a change on this server, which need not wait for the message. */
  forget(workspaceId: string): void;
  /** `listener` hears which workspace's settings have changed. */
  onChange(listener: (workspaceId: string) => void): void;
}

/** @param tables in schema `kernel`, whose changes end what is kept */
export function keepSettings<Value>(
  tables: string[],
  notifications: Notifications | null,
  load: (workspaceId: string, name: string) => Promise<Value>,
): KeptSettings<Value> {
  // By workspace first, so that a change forgets it in one step.
  const kept = new LRUCache<string, Map<string, Promise<Value>>>({ max: 5000, ttlResolution: clockMs });
  const listeners: ((workspaceId: string) => void)[] = [];

  function forget(workspaceId: string): void {
    kept.delete(workspaceId);
    for (const listener of listeners) listener(workspaceId);
  }

  if (notifications) onSettingsChange(notifications, tables, forget);
  notifications?.onReconnect(() => kept.clear());

  return {
    read(workspaceId, name = "") {
      let values = kept.get(workspaceId);
      const known = values?.get(name);
      if (known) return known;
      if (!values) {
        values = new Map();
        kept.set(workspaceId, values, { ttl: notifications?.isListening() ? keepMs : keepUnheardMs });
      }
      const value = load(workspaceId, name);
      values.set(name, value);
      // A failure is not kept.
      value.catch(() => kept.delete(workspaceId));
      return value;
    },
    forget,
    onChange: (listener) => void listeners.push(listener),
  };
}
