export type { V1Dependencies } from "./dependencies.ts";
export { v1RoutesOn } from "./routes.ts";
export { storedResponseJobs, storedResponsePersonData } from "./stored-responses.ts";
