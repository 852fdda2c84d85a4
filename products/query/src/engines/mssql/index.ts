import type { Engine, NetworkTarget, Session } from "../engine.ts";
import { expectAccess } from "../access.ts";
import { oneAtATime } from "../one-at-a-time.ts";
import { planStatement } from "./plan-statement.ts";
import { introspect } from "./introspect.ts";
import { type Login, openLogin } from "./login.ts";
import { reportLogin } from "./report-login.ts";
import { runStatement } from "./run-statement.ts";
import { writeStatement } from "./write-statement.ts";

/** SQL Server 2017 and later. */
export const mssqlEngine: Engine<NetworkTarget> = {
  open: async (target, way) => sessionOn(await openLogin(target, way)),
};

function sessionOn(login: Login): Session {
  const { alone, streamAlone } = oneAtATime();
  return {
    engine: "mssql",
    report: () => alone(() => reportLogin(login)),
    introspect: (request) => alone(() => introspect(login, request)),
    run: (request) =>
      streamAlone(() => {
        expectAccess(request.statement, "mssql", "read");
        return runStatement(login, request);
      }),
    write: (request) =>
      alone(async () => {
        expectAccess(request.statement, "mssql", "write");
        return writeStatement(login, request);
      }),
    plan: (request) =>
      alone(async () => {
        expectAccess(request.statement, "mssql", null);
        return planStatement(login, request);
      }),
    close: () => login.close(),
  };
}
