import type { Database } from "../../db/index.ts";

export interface Settlement {
  workspaceId: string;
  callId: string;
  spentNano: number;
}

/** A meter that has just passed its warning. */
export interface Warned {
  workspaceId: string;
  budgetId: string;
  subject: string;
}

/** Takes reservations back when calls have ended, beside the calls. */
export interface Settlements {
  put(settlement: Settlement): void;
  /** Resolves when everything put so far is written, or could not be. */
  drain(): Promise<void>;
  /** No more tries after this. */
  stop(): void;
}

const againAfterMs = 1_000;

/**
 * One statement at a time settles all calls that have ended in the meantime. What cannot be written is tried again every
 * second; should the server die first, its reservations are released as those of any dead server.
 */
export function writeSettlements(
  db: Database,
  onWarned: (warned: Warned[]) => Promise<void>,
  onError: (error: unknown) => void,
): Settlements {
  let waiting: Settlement[] = [];
  let writing: Promise<void> | undefined;
  let again: NodeJS.Timeout | undefined;
  let isStopped = false;

  async function send(batch: Settlement[]): Promise<void> {
    const settled = batch.map(({ workspaceId, callId, spentNano }) => ({
      workspace_id: workspaceId,
      call_id: callId,
      spent_nano: spentNano,
    }));
    const { rows } = await db.pool.query<{ workspace_id: string; budget_id: string; subject: string }>({
      name: "settle-budgets",
      text: "SELECT * FROM kernel.settle_budgets($1::jsonb)",
      values: [JSON.stringify(settled)],
    });
    if (rows.length === 0) return;
    await onWarned(
      rows.map((row) => ({ workspaceId: row.workspace_id, budgetId: row.budget_id, subject: row.subject })),
    ).catch(onError);
  }

  async function write(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      try {
        await send(batch);
      } catch (error) {
        onError(error);
        waiting = [...batch, ...waiting];
        if (!isStopped) again ??= setTimeout(begin, againAfterMs);
        break;
      }
    }
    writing = undefined;
  }

  function begin(): void {
    clearTimeout(again);
    again = undefined;
    writing ??= Promise.resolve().then(write);
  }

  return {
    put(settlement) {
      waiting.push(settlement);
      if (again === undefined) begin();
    },
    async drain() {
      for (let current = writing; current; current = writing) await current;
    },
    stop() {
      isStopped = true;
      clearTimeout(again);
    },
  };
}
