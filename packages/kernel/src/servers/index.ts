export { type ServerRegistration, deadAfterSeconds, liveServerIds, registerServer } from "./server-registration.ts";
