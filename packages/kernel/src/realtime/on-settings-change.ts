import type { Notifications } from "./notifications.ts";

/**
 * Calls `listener` with the workspace whose rows have changed, on this server or another one.
 * @param tables without their schema; their triggers tell of changes (`kernel.tell_setting_changed`)
 */
export function onSettingsChange(
  notifications: Pick<Notifications, "on">,
  tables: readonly string[],
  listener: (workspaceId: string) => void,
): void {
  notifications.on("mindmesh_settings", (payload) => {
    const [table = "", workspaceId = ""] = payload.split(":");
    if (tables.includes(table)) listener(workspaceId);
  });
}
