import { createLogger, openErrorReports } from "@mindmesh/kernel/observe";
import { startTestServer } from "@mindmesh/test-support";
import { describe, expect, it } from "vitest";
import { startCollector } from "./collector.ts";

describe("error reports", () => {
  it("tell the error tracker of a fault of ours with the request's id, without anything that a person wrote", async () => {
    const collector = await startCollector();
    const reports = await openErrorReports({
      dsn: `http://public@127.0.0.1:${collector.port}/42`,
      release: "1.2.3",
      log: createLogger("silent"),
    });
    const server = await startTestServer({ reports });
    const person = await server.signUp("Confidential Name");
    await server.sql("ALTER TABLE chat.conversations RENAME TO hidden");
    const answer = await person.fetch(`/api/workspaces/${person.workspaceId}/chat/conversations`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ title: "Confidential title" }),
    });
    expect(answer.status).toBe(500);
    const refused = await person.fetch(`/api/workspaces/${person.personId}/chat/conversations`);
    expect(refused.status).toBe(404);
    await server.close();
    await reports.close();

    expect(collector.received.map(({ path }) => path.split("?")[0])).toEqual(["/api/42/envelope/"]);
    const [, , event = ""] = collector.received[0]?.body.split("\n") ?? [];
    const { exception, tags, release } = JSON.parse(event) as {
      exception: { values: { value: string }[] };
      tags: Record<string, string>;
      release: string;
    };
    expect(release).toBe("1.2.3");
    expect(exception.values.map(({ value }) => value).join()).toContain('relation "chat.conversations" does not exist');
    expect(tags).toMatchObject({
      requestId: answer.headers.get("x-request-id"),
      route: "/api/workspaces/:workspaceId/chat/conversations",
    });
    expect(collector.received[0]?.body).not.toContain("Confidential");
    await collector.close();
  });

  it("tell its causes, without values of queries and without the machine's name", async () => {
    const collector = await startCollector();
    const dsn = `http://key@127.0.0.1:${collector.port}/7`;
    const reports = await openErrorReports({ dsn, release: "1.2.3", log: createLogger("silent") });
    const cause = new Error('duplicate key\nparams: "what Ann wrote"');
    reports.capture(new Error("it could not be stored", { cause }), { requestId: "req-1" });
    await reports.close();
    const [report, ...others] = collector.received;
    expect(others).toEqual([]);
    expect(report?.path).toContain("/api/7/envelope/");
    for (const part of ["it could not be stored", "duplicate key", "req-1", "1.2.3"]) {
      expect(report?.body).toContain(part);
    }
    expect(report?.body).not.toContain("what Ann wrote");
    expect(report?.body).not.toContain("server_name");
    await collector.close();
  });

  it("tell nobody anything without a DSN", async () => {
    const collector = await startCollector();
    const reports = await openErrorReports({ dsn: undefined, release: "1.2.3", log: createLogger("silent") });
    reports.capture(new Error("nobody hears of it"));
    await reports.close();
    expect(collector.received).toEqual([]);
    await collector.close();
  });
});
