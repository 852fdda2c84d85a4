import { AsyncLocalStorage } from "node:async_hooks";
import type { ServerEvent, ServerEventBus } from "@modelcontextprotocol/server";
import type { MemberCaller } from "../../http/index.ts";
import type { PromptSource } from "../../resources/index.ts";
import { type Notifications, onSettingsChange } from "../../realtime/index.ts";
import { toolTables } from "../outside/schema.ts";

/** An open stream by which a client hears that its tools or prompts have changed. */
interface Listener {
  caller: MemberCaller;
  tell: (event: ServerEvent) => void;
  /** Ends the stream; the client asks anew, with what it is allowed then. */
  end: () => void;
}

/**
 * Who listens for changes (`subscriptions/listen`). The SDK's bus knows no callers: everybody would hear of every workspace's
 * changes. Here each listener is bound to the caller in whose request it was opened.
 */
export interface ListeningCallers {
  bus: ServerEventBus;
  /** Runs a request; a listener that it opens is this caller's. */
  run<T>(caller: MemberCaller, end: () => void, serve: () => T): T;
}

export function keepListeners(notifications: Notifications, prompts: readonly PromptSource[]): ListeningCallers {
  const opening = new AsyncLocalStorage<Pick<Listener, "caller" | "end">>();
  const listeners = new Set<Listener>();

  const tellOf = (kind: "tools_list_changed" | "prompts_list_changed") => (workspaceId: string) => {
    for (const { caller, tell } of listeners) if (caller.workspaceId === workspaceId) tell({ kind });
  };
  notifications.on("mindmesh_tool_settings", tellOf("tools_list_changed"));
  onSettingsChange(notifications, toolTables, tellOf("tools_list_changed"));
  const promptTables = prompts.map(({ table }) => table);
  onSettingsChange(notifications, promptTables, tellOf("prompts_list_changed"));
  // A role, a key or an account has changed or is gone: what this caller may do is asked anew, at the door.
  notifications.on("mindmesh_access", (payload) => {
    const [kind, id] = payload.split(":");
    for (const { caller, end } of listeners) {
      const isKey = kind === "key" && caller.via.kind === "api_key" && caller.via.keyId === id;
      if (isKey || (kind === "person" && caller.personId === id)) end();
    }
  });
  // What was missed meanwhile may have been any of these.
  notifications.onReconnect(() => {
    for (const { end } of listeners) end();
  });

  return {
    bus: {
      publish(event) {
        for (const { tell } of listeners) tell(event);
      },
      subscribe(tell) {
        const by = opening.getStore();
        if (!by) throw new Error("a listener outside of a request");
        const listener = { ...by, tell };
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    },
    run: (caller, end, serve) => opening.run({ caller, end }, serve),
  };
}
