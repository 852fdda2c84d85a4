export {
  type CallSettings,
  type Client,
  ClientError,
  type ClientOptions,
  createClient,
  refreshed,
  routeUrl,
} from "./http-client.ts";
