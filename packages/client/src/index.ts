export {
  type CallSettings,
  type Client,
  ClientError,
  type ClientOptions,
  createClient,
  refreshed,
  routeUrl,
} from "./http-client.ts";
export { type LiveClient, type LiveOptions, type LiveStatus, type RoomListener, openLive } from "./live-client.ts";
