import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Session, StatementFailure } from "../../src/engines/engine.ts";
import { lookAgain } from "../../src/engines/mssql/second-look.ts";
import { planTree } from "../../src/engines/mssql/plan-statement.ts";
import { attemptsOnMssql } from "../guard/attempts-mssql.ts";
import { harmlessQueries } from "../guard/harmless-queries.ts";
import { type RequestSettings, collect, forged, openTestSession, requestOf, targetOf } from "./sessions.ts";
import { type Answer, startTdsServer } from "./tds-server.ts";

describe("a session with SQL Server, by a server that speaks its protocol", () => {
  let server: Awaited<ReturnType<typeof startTdsServer>>;
  let session: Session;
  const answers: Record<string, Answer> = {
    "SELECT * FROM dbo.numbers": {
      columns: [
        { name: "id", type: "bigint" },
        { name: "name", type: "nvarchar" },
        { name: "price", type: "decimal" },
      ],
      rows: [
        ["9223372036854775807", "caf\u00e9 \u{1F600}", "12345678901.2345"],
        [null, "", "-0.0001"],
        ["-1", null, null],
      ],
    },
    "SELECT * FROM dbo.huge": { columns: [{ name: "price", type: "decimal" }], rows: [["12345678901234567890.1234"]] },
    "SELECT id FROM dbo.many": {
      columns: [{ name: "id", type: "bigint" }],
      rows: Array.from({ length: 5000 }, (_, n) => [String(n)]),
    },
    "SELECT nothere FROM dbo.numbers": { error: 207, message: "Invalid column name 'nothere'." },
    "SELECT * FROM dbo.closed": { error: 229, message: "The SELECT permission was denied on the object 'closed'." },
    "SELECT * FROM dbo.slow": "nothing",
  };
  beforeAll(async () => {
    server = await startTdsServer({
      password: "secret",
      answer: (sql) =>
        answers[sql] ??
        (sql.includes("ProductMajorVersion")
          ? { columns: [{ name: "v", type: "bigint" }], rows: [["16"]] }
          : { columns: [], rows: [] }),
    });
    session = await openTestSession(targetOf("mssql", `mssql://sa:secret@127.0.0.1:${server.port}/shop`));
  });
  afterAll(async () => {
    await session.close();
    await server.close();
  });
  const run = (sql: string, settings?: RequestSettings) => collect(session, requestOf(forged("mssql", sql), settings));

  it("shows 64-bit integers, text and decimals exactly", async () => {
    const { columns, rows } = await run("SELECT * FROM dbo.numbers");
    expect(columns).toEqual([
      { name: "id", type: "bigint", kind: "integer" },
      { name: "name", type: "nvarchar(4000)", kind: "text" },
      { name: "price", type: "decimal(38,4)", kind: "decimal" },
    ]);
    expect(rows).toEqual([
      ["9223372036854775807", "caf\u00e9 \u{1F600}", "12345678901.2345"],
      [null, "", "-0.0001"],
      ["-1", null, null],
    ]);
  });

  it("refuses to show a decimal that the driver cannot read exactly, and says what to write", async () => {
    await expect(run("SELECT * FROM dbo.huge")).rejects.toThrow(/CAST\(price AS varchar/);
  });

  it("begins a transaction and always takes it back", async () => {
    const from = server.batches.length;
    await run("SELECT * FROM dbo.numbers");
    const sent = server.batches.slice(from);
    expect(sent[0]).toContain("BEGIN TRANSACTION");
    expect(sent.at(-1)).toContain("ROLLBACK TRANSACTION");
    expect(sent.join(" ")).not.toMatch(/COMMIT/);
  });

  it("stops at the limit of rows", async () => {
    expect((await run("SELECT id FROM dbo.many", { limits: { rows: 100 } })).end).toMatchObject({
      rows: 100,
      stoppedBy: "rows",
    });
    expect((await run("SELECT id FROM dbo.many")).end).toMatchObject({ rows: 5000, stoppedBy: null });
  });

  it("tells mistakes at their place, and missing rights", async () => {
    await expect(run("SELECT nothere FROM dbo.numbers")).rejects.toMatchObject({
      kind: "syntax",
      code: "207",
      place: { from: 7, to: 14 },
    });
    await expect(run("SELECT * FROM dbo.closed")).rejects.toMatchObject({ kind: "rights" });
  });

  it("sends an attention when a person cancels", async () => {
    const cancel = new AbortController();
    const running = run("SELECT * FROM dbo.slow", { signal: cancel.signal });
    running.catch(() => undefined);
    await expect.poll(() => server.batches.at(-1)).toBe("SELECT * FROM dbo.slow");
    const before = server.attentions.length;
    cancel.abort();
    await expect(running).rejects.toMatchObject({ kind: "cancelled" });
    expect(server.attentions.length).toBe(before + 1);
    expect((await run("SELECT * FROM dbo.numbers")).rows).toHaveLength(3);
  });

  it("is refused with a wrong password, and with encryption that the server does not have", async () => {
    const target = targetOf("mssql", `mssql://sa:wrong@127.0.0.1:${server.port}/shop`);
    await expect(openTestSession(target)).rejects.toMatchObject({ stage: "login" });
    await expect(
      openTestSession({ ...target, settings: { ...target.settings, tls: "require" } }),
    ).rejects.toMatchObject({ stage: "tls" });
  });
});

describe("the second look at statements for SQL Server", () => {
  /** Reads that a login should have no right to, locks and loads: the guard keeps them out, and behind it the login's rights. */
  const onlyByGuard =
    /^(stacks a second query|stacks behind a lone return|reads |locks |sets a trace flag|looks for a file|lists files|decrypts|receives|makes a long text)/;
  const writing = attemptsOnMssql.filter(({ name, caughtBy }) => caughtBy === "guard" && !onlyByGuard.test(name));

  it.each(writing)("stops by itself what $name", ({ sql }) => {
    expect(() => lookAgain(sql)).toThrow(StatementFailure);
  });

  it.each(harmlessQueries("mssql"))("lets pass: $name", ({ sql }) => {
    expect(() => lookAgain(sql)).not.toThrow();
  });
});

it("a showplan of SQL Server becomes a tree with the costs of each step", () => {
  const plan =
    planTree(`<ShowPlanXML xmlns="http://schemas.microsoft.com/sqlserver/2004/07/showplan"><BatchSequence><Batch><Statements><StmtSimple>
    <QueryPlan><RelOp NodeId="0" PhysicalOp="Nested Loops" LogicalOp="Inner Join" EstimateRows="12" EstimatedTotalSubtreeCost="0.5"><NestedLoops>
      <RelOp NodeId="1" PhysicalOp="Clustered Index Scan" LogicalOp="Clustered Index Scan" EstimateRows="100" EstimatedTotalSubtreeCost="0.3"><IndexScan>
        <Object Database="[shop]" Schema="[dbo]" Table="[orders]" Index="[PK_orders]"/></IndexScan></RelOp>
      <RelOp NodeId="2" PhysicalOp="Index Seek" LogicalOp="Index Seek" EstimateRows="1" EstimatedTotalSubtreeCost="0.1"><IndexScan>
        <Object Database="[shop]" Schema="[dbo]" Table="[customers]" Index="[IX &lt;a&gt;]"/></IndexScan></RelOp>
    </NestedLoops></RelOp></QueryPlan></StmtSimple></Statements></Batch></BatchSequence></ShowPlanXML>`);
  expect(plan).toMatchObject({ operation: "Nested Loops (Inner Join)", estimatedRows: 12, totalCost: 0.5 });
  expect(plan.ownCost).toBeCloseTo(0.1);
  expect(plan.children.map(({ operation, table, index }) => [operation, table?.name, index])).toEqual([
    ["Clustered Index Scan", "orders", "PK_orders"],
    ["Index Seek", "customers", "IX <a>"],
  ]);
});
