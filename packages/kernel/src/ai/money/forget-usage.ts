import { sql } from "drizzle-orm";
import type { Transaction } from "../../db/index.ts";

/** Takes a person's name off the sums of usage: they are added to those of nobody. A budget of the person's goes. */
export async function forgetUsageOf(tx: Transaction, personId: string): Promise<void> {
  await tx.execute(sql`DELETE FROM kernel.budgets WHERE kind = 'person' AND subject = ${personId}`);
  await tx.execute(sql`DELETE FROM kernel.budget_meters m USING kernel.budgets b
    WHERE b.workspace_id = m.workspace_id AND b.id = m.budget_id AND b.kind = 'person' AND m.subject = ${personId}`);
  await tx.execute(sql`
    WITH gone AS (DELETE FROM kernel.usage_days WHERE user_id = ${personId} RETURNING *)
    INSERT INTO kernel.usage_days AS u
    SELECT workspace_id, day, NULL, product, provider, model, api_key_id, key_source, sum(calls), sum(failed_calls),
      sum(unknown_calls), sum(estimated_calls), sum(cached_calls), sum(input_tokens), sum(cached_input_tokens),
      sum(output_tokens), sum(cost_usd), sum(saved_usd), sum(cached_age_ms)
    FROM gone GROUP BY workspace_id, day, product, provider, model, api_key_id, key_source
    ON CONFLICT (workspace_id, day, user_id, product, provider, model, api_key_id, key_source) DO UPDATE SET
      calls = u.calls + excluded.calls, failed_calls = u.failed_calls + excluded.failed_calls,
      unknown_calls = u.unknown_calls + excluded.unknown_calls,
      estimated_calls = u.estimated_calls + excluded.estimated_calls,
      cached_calls = u.cached_calls + excluded.cached_calls, input_tokens = u.input_tokens + excluded.input_tokens,
      cached_input_tokens = u.cached_input_tokens + excluded.cached_input_tokens,
      output_tokens = u.output_tokens + excluded.output_tokens, cost_usd = u.cost_usd + excluded.cost_usd,
      saved_usd = u.saved_usd + excluded.saved_usd, cached_age_ms = u.cached_age_ms + excluded.cached_age_ms`);
}
