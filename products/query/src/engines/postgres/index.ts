import type { Engine, NetworkTarget, Session } from "../engine.ts";
import { expectAccess } from "../access.ts";
import { oneAtATime } from "../one-at-a-time.ts";
import { introspect } from "./introspect.ts";
import { type Login, openLogin } from "./login.ts";
import { planStatement } from "./plan-statement.ts";
import { planWithIndexes } from "./plan-with-indexes.ts";
import { reportLogin } from "./report-login.ts";
import { runStatement } from "./run-statement.ts";
import { writeStatement } from "./write-statement.ts";

/** PostgreSQL 12 and later. */
export const postgresEngine: Engine<NetworkTarget> = {
  open: async (target, way) => sessionOn(await openLogin(target, way)),
};

function sessionOn(login: Login): Session {
  const { alone, streamAlone } = oneAtATime();
  return {
    engine: "postgres",
    report: () => alone(() => reportLogin(login)),
    introspect: (request) => alone(() => introspect(login, request)),
    run: (request) =>
      streamAlone(() => {
        expectAccess(request.statement, "postgres", "read");
        return runStatement(login, request);
      }),
    write: (request) =>
      alone(async () => {
        expectAccess(request.statement, "postgres", "write");
        return writeStatement(login, request);
      }),
    plan: (request) =>
      alone(async () => {
        expectAccess(request.statement, "postgres", null);
        return planStatement(login, request);
      }),
    planWith: (request) =>
      alone(async () => {
        expectAccess(request.statement, "postgres", "read");
        return planWithIndexes(login, request);
      }),
    close: () => login.close(),
  };
}
