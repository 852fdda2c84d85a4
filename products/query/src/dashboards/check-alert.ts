import { theServer } from "@mindmesh/kernel/audit";
import { AppError } from "@mindmesh/kernel/errors";
import { memberFromRecord } from "@mindmesh/kernel/identity";
import type { Logger } from "@mindmesh/kernel/observe";
import { type Mail, notifyPerson } from "@mindmesh/kernel/notify";
import { and, eq } from "drizzle-orm";
import type { RunDependencies } from "../statements/run-statement.ts";
import { tellAlert } from "./alerts.ts";
import { checkCondition } from "./check-condition.ts";
import { presentPeople } from "./check-recipients.ts";
import { runSaved } from "./read-tile.ts";
import { type AlertRow, alerts } from "./schema.ts";

export interface TellDependencies extends RunDependencies {
  mail: Mail | null;
  log: Logger;
  publicUrl: string;
}

/**
 * Runs the query of an alert as its owner, keeps what was found, and tells its recipients when it begins to fire, ends, or can no
 * longer be looked at: once each, not every time. An owner who has left switches it off.
 */
export async function checkAlert(dependencies: TellDependencies, alert: AlertRow): Promise<void> {
  const { db } = dependencies;
  const { workspaceId, ownerId: personId, savedQueryId, parameters } = alert;
  const owner = await memberFromRecord(db, { workspaceId, personId, keyId: null });
  if (owner === null) {
    await keep(dependencies, alert, {
      state: "failed",
      finding: "Its owner is no longer a member.",
      enabled: false,
      nextAt: null,
    });
    return;
  }
  try {
    const actor = { ...theServer, personId };
    const result = await runSaved(dependencies, owner, actor, {
      savedQueryId,
      parameters,
      origin: "schedule",
      fresh: true,
    });
    const { met, finding } = checkCondition(result, alert.condition);
    await keep(dependencies, alert, { state: met ? "firing" : "ok", finding });
  } catch (error) {
    if (!(error instanceof AppError) && !(error instanceof Error && error.message.startsWith("The query no longer")))
      throw error;
    await keep(dependencies, alert, { state: "failed", finding: error.message.slice(0, 500) });
  }
}

const titles = { firing: "Alert", ok: "Alert over", failed: "Alert could not be checked", unknown: "Alert" } as const;

async function keep(
  { db, mail, log, publicUrl }: TellDependencies,
  alert: AlertRow,
  found: Partial<AlertRow> & Pick<AlertRow, "state" | "finding">,
): Promise<void> {
  const { workspaceId, id, name } = alert;
  const isNews = found.state !== alert.state && !(found.state === "ok" && alert.state === "unknown");
  const recipients = isNews ? await presentPeople(db, workspaceId, alert.recipients) : [];
  const title = `${titles[found.state]}: ${name}`;
  // As the owner of the schema: notifications of other people are behind their own wall.
  const told = await db.system(async (tx) => {
    const [row] = await tx
      .update(alerts)
      .set({ ...found, checkedAt: new Date().toISOString() })
      // Changed or deleted while it was checked: what was found is of another alert.
      .where(and(eq(alerts.workspaceId, workspaceId), eq(alerts.id, id), eq(alerts.version, alert.version)))
      .returning();
    if (!row) return false;
    for (const { personId } of recipients) {
      await notifyPerson(tx, { workspaceId, personId, kind: "note", title, body: found.finding ?? "" });
    }
    await tellAlert(tx, row);
    return true;
  });
  if (!told || mail === null) return;
  const text = `${found.finding ?? ""}\n\n${publicUrl}/w/${workspaceId}/query/alerts`;
  for (const { email } of recipients) {
    // It stands in the page in any case; a mail server that is down must not run the query again.
    await mail
      .send({ to: email, subject: title, text })
      .catch((error: unknown) => log.warn({ err: error }, "an alert could not be mailed"));
  }
}
