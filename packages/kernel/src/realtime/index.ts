export { type NewEvent, emitEvent } from "./emit-event.ts";
export { eventJobs } from "./event-jobs.ts";
export { type Notifications, openNotifications } from "./notifications.ts";
export { onSettingsChange } from "./on-settings-change.ts";
export { type Realtime, type RoomGuard, openRealtime } from "./sockets.ts";
