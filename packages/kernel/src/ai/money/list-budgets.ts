import type { Budget } from "@mindmesh/contracts/money";
import { roleMay } from "@mindmesh/contracts/permissions";
import { asc, eq, sql } from "drizzle-orm";
import type { Database } from "../../db/index.ts";
import { type MemberCaller, tenantOf } from "../../http/index.ts";
import { budgetMeters, budgets } from "../schema.ts";
import { dollarsOf } from "./budget-words.ts";
import type { BudgetRow } from "./money-rules.ts";
import { type Names, readNames } from "./names.ts";
import { periodEnd, periodStart } from "./period.ts";

type MeterRow = typeof budgetMeters.$inferSelect;

const mostMeters = 50;

/**
 * The budgets of a workspace and what is spent of them: for owners and admins all; for others those that stop their own
 * calls, with their own part.
 */
export async function listBudgets(db: Database, caller: MemberCaller): Promise<Budget[]> {
  const { workspaceId, personId } = caller;
  const { rows, meters } = await db.withWorkspace(tenantOf(caller), async (tx) => ({
    rows: await tx
      .select()
      .from(budgets)
      .where(eq(budgets.workspaceId, workspaceId))
      .orderBy(sql`array_position(ARRAY['workspace','person','product','api_key'], kind)`, asc(budgets.id)),
    // Of each budget the largest, in its current period.
    meters: (
      await tx.execute<{ budget_id: string; subject: string; spent_nano: string; reserved_nano: string }>(sql`
        SELECT budget_id, subject, spent_nano, reserved_nano FROM (
          SELECT m.*, row_number() OVER (PARTITION BY budget_id ORDER BY spent_nano + reserved_nano DESC) AS place
          FROM kernel.budget_meters m JOIN kernel.budgets b ON b.workspace_id = m.workspace_id AND b.id = m.budget_id
          WHERE m.workspace_id = ${workspaceId}
            AND m.period_start = CASE b.period WHEN 'day' THEN ${periodStart("day")}::date ELSE ${periodStart("month")}::date END
        ) ranked WHERE place <= ${mostMeters} OR subject = ${personId} ORDER BY budget_id, place`)
    ).rows.map((row) => ({
      budgetId: row.budget_id,
      subject: row.subject,
      spentNano: Number(row.spent_nano),
      reservedNano: Number(row.reserved_nano),
    })),
  }));
  const own = roleMay(caller.role, "usage.read") ? null : { personId, keyIds: await ownKeys(db, caller) };
  const concerns = (kind: BudgetRow["kind"], subject: string | null) =>
    own === null ||
    kind === "workspace" ||
    kind === "product" ||
    subject === null ||
    (kind === "person" ? subject === own.personId : own.keyIds.has(subject));
  const shown = rows.filter(({ kind, subject }) => concerns(kind, subject));
  const kindOf = new Map(shown.map(({ id, kind }) => [id, kind]));
  const shownMeters = meters.filter(({ budgetId, subject }) => {
    const kind = kindOf.get(budgetId);
    return kind !== undefined && concerns(kind, subject);
  });
  const subjects = (kind: BudgetRow["kind"]) => [
    ...shown.filter((row) => row.kind === kind && row.subject !== null).map((row) => row.subject ?? ""),
    ...shownMeters.filter((meter) => kindOf.get(meter.budgetId) === kind).map((meter) => meter.subject),
  ];
  const names = await readNames(db, workspaceId, { people: subjects("person"), apiKeys: subjects("api_key") });
  return shown.map((row) =>
    shapeOf(
      row,
      shownMeters.filter(({ budgetId }) => budgetId === row.id),
      names,
    ),
  );
}

async function ownKeys(db: Database, { workspaceId, personId }: MemberCaller): Promise<Set<string>> {
  const { rows } = await db.system((tx) =>
    tx.execute<{ id: string }>(
      sql`SELECT id FROM kernel.api_keys WHERE workspace_id = ${workspaceId} AND person_id = ${personId}`,
    ),
  );
  return new Set(rows.map(({ id }) => id));
}

function shapeOf(
  row: BudgetRow,
  meters: Pick<MeterRow, "subject" | "spentNano" | "reservedNano">[],
  { people, apiKeys }: Names,
): Budget {
  const { id, kind, subject, period, limitNano, warnPercent, ownKeys: includesOwnKeys, unknownPrices } = row;
  const nameOf = (of: string) =>
    (kind === "person" ? people.get(of) : kind === "api_key" ? apiKeys.get(of) : of === "" ? null : of) ?? null;
  return {
    id,
    kind,
    subject,
    subjectName: subject === null ? null : nameOf(subject),
    period,
    limitUsd: dollarsOf(limitNano),
    warnPercent,
    includesOwnKeys,
    unknownPrices,
    resetsAt: periodEnd(period).toISOString(),
    meters: meters.map((meter) => ({
      subject: meter.subject,
      name: nameOf(meter.subject),
      spentUsd: dollarsOf(meter.spentNano),
      reservedUsd: dollarsOf(meter.reservedNano),
    })),
  };
}
