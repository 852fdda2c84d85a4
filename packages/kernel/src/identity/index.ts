export { type Credentials, authenticate, memberOf } from "./authentication.ts";
export { accessCookie } from "./cookies.ts";
export { type IdentityDependencies, identityRoutesOn } from "./routes.ts";
