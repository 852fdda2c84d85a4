export { type OAuthDependencies, mcpResource } from "./authorization-server.ts";
export { protectedResourceUrl } from "./metadata.ts";
export { oauthJobs } from "./oauth-jobs.ts";
export { programPersonData } from "./person-data.ts";
export { oauthRoutesOn } from "./routes.ts";
export { callerOfToken } from "./token-caller.ts";
