-- Up Migration

-- Amounts are whole nanodollars (10^-9 US dollars): sums of whole numbers are exact.
CREATE TABLE kernel.budgets (
  workspace_id uuid NOT NULL REFERENCES kernel.workspaces (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('workspace', 'person', 'product', 'api_key')),
  -- A person's or key's id or a product's name; null: the workspace, or each one of the kind for itself.
  subject text,
  period text NOT NULL CHECK (period IN ('day', 'month')),
  limit_nano bigint NOT NULL CHECK (limit_nano >= 0),
  -- Warn when so much of the limit is spent.
  warn_percent integer NOT NULL CHECK (warn_percent BETWEEN 1 AND 100),
  -- Whether calls count that a person pays with a key of their own.
  own_keys boolean NOT NULL,
  -- What happens to calls whose price is not known.
  unknown_prices text NOT NULL CHECK (unknown_prices IN ('refuse', 'allow')),
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX budgets_one ON kernel.budgets (workspace_id, kind, subject, period) NULLS NOT DISTINCT;

-- What one budget has let through in one period, for one subject ('' for the workspace).
CREATE TABLE kernel.budget_meters (
  workspace_id uuid NOT NULL,
  budget_id uuid NOT NULL,
  subject text NOT NULL,
  period_start date NOT NULL,
  spent_nano bigint NOT NULL,
  reserved_nano bigint NOT NULL DEFAULT 0,
  warned_at timestamptz,
  exhausted_at timestamptz,
  PRIMARY KEY (workspace_id, budget_id, subject, period_start),
  FOREIGN KEY (workspace_id, budget_id) REFERENCES kernel.budgets (workspace_id, id) ON DELETE CASCADE
);

-- What running calls may cost at most.
CREATE TABLE kernel.budget_reservations (
  workspace_id uuid NOT NULL,
  call_id uuid NOT NULL,
  budget_id uuid NOT NULL,
  subject text NOT NULL,
  period_start date NOT NULL,
  reserved_nano bigint NOT NULL,
  -- What is counted as spent should its server die: the prompt, which was probably read.
  likely_nano bigint NOT NULL,
  -- The process that makes the call.
  server_id uuid,
  created_at timestamptz NOT NULL DEFAULT now(),
  -- Set when its server was given up: the reservation is released, `likely_nano` counted.
  released_at timestamptz,
  PRIMARY KEY (workspace_id, call_id, budget_id),
  FOREIGN KEY (workspace_id, budget_id, subject, period_start)
    REFERENCES kernel.budget_meters (workspace_id, budget_id, subject, period_start) ON DELETE CASCADE
);
CREATE INDEX budget_reservations_meter ON kernel.budget_reservations (workspace_id, budget_id, subject, period_start);
CREATE INDEX budget_reservations_open ON kernel.budget_reservations (created_at) WHERE released_at IS NULL;

GRANT SELECT, INSERT, UPDATE, DELETE ON kernel.budgets TO mindmesh_app;
GRANT SELECT ON kernel.budget_meters, kernel.budget_reservations TO mindmesh_app;
ALTER TABLE kernel.budgets ENABLE ROW LEVEL SECURITY;
ALTER TABLE kernel.budget_meters ENABLE ROW LEVEL SECURITY;
ALTER TABLE kernel.budget_reservations ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON kernel.budgets TO mindmesh_app
  USING (workspace_id = current_setting('app.workspace_id')::uuid);
CREATE POLICY tenant ON kernel.budget_meters TO mindmesh_app
  USING (workspace_id = current_setting('app.workspace_id')::uuid);
CREATE POLICY tenant ON kernel.budget_reservations TO mindmesh_app
  USING (workspace_id = current_setting('app.workspace_id')::uuid);

CREATE FUNCTION kernel.period_start(period text) RETURNS date LANGUAGE sql STABLE
RETURN date_trunc(period, now() AT TIME ZONE 'UTC')::date;

-- Reserves up to `wanted` nanodollars, at least `minimum`, of all the budgets, or nothing of any. Gives back either one
-- row with what is granted, or the first budget that is in the way. The rows of the meters are locked in one order;
-- calls on the same budget pass one after the other, calls on different ones do not wait for each other.
CREATE FUNCTION kernel.reserve_budget(
  workspace uuid, call uuid, server uuid, budget_ids uuid[], subjects text[], wanted bigint, minimum bigint, likely bigint,
  OUT granted bigint, OUT refused_by uuid, OUT refused_subject text, OUT spent bigint, OUT is_first boolean
) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  meter record;
  found integer;
BEGIN
  -- Survives a kill of the server or of PostgreSQL, not a power cut, which ends the call as well.
  PERFORM set_config('synchronous_commit', 'off', true);
  FOR attempt IN 1..2 LOOP
    granted := wanted;
    found := 0;
    FOR meter IN
      SELECT m.*, b.limit_nano FROM unnest(budget_ids, subjects) AS a (id, subject)
      JOIN kernel.budgets b ON b.workspace_id = workspace AND b.id = a.id
      JOIN kernel.budget_meters m ON m.workspace_id = workspace AND m.budget_id = b.id AND m.subject = a.subject
        AND m.period_start = kernel.period_start(b.period)
      ORDER BY m.budget_id, m.subject, m.period_start FOR UPDATE OF m
    LOOP
      found := found + 1;
      IF meter.limit_nano - meter.spent_nano - meter.reserved_nano < minimum THEN
        granted := NULL;
        refused_by := meter.budget_id;
        refused_subject := meter.subject;
        spent := meter.spent_nano;
        -- Full for good only when what is spent leaves no room; running calls give back most of what they hold.
        is_first := meter.limit_nano - meter.spent_nano < minimum AND meter.exhausted_at IS NULL;
        IF is_first THEN
          UPDATE kernel.budget_meters m SET exhausted_at = now() WHERE m.workspace_id = workspace
            AND m.budget_id = meter.budget_id AND m.subject = meter.subject AND m.period_start = meter.period_start;
        END IF;
        RETURN;
      END IF;
      granted := least(granted, meter.limit_nano - meter.spent_nano - meter.reserved_nano);
    END LOOP;
    EXIT WHEN found = cardinality(budget_ids) OR attempt = 2;
    -- A meter that begins within its period begins with what the period has cost so far.
    INSERT INTO kernel.budget_meters (workspace_id, budget_id, subject, period_start, spent_nano)
    SELECT workspace, b.id, a.subject, kernel.period_start(b.period), (
      SELECT coalesce(ceil(sum(u.cost_usd) * 1e9), 0)::bigint FROM kernel.usage_days u
      WHERE u.workspace_id = workspace AND u.day >= kernel.period_start(b.period) AND (b.own_keys OR u.key_source <> 'person')
        AND CASE b.kind WHEN 'person' THEN u.user_id::text = a.subject WHEN 'product' THEN u.product = a.subject
          WHEN 'api_key' THEN u.api_key_id::text = a.subject ELSE true END)
    FROM unnest(budget_ids, subjects) AS a (id, subject)
    JOIN kernel.budgets b ON b.workspace_id = workspace AND b.id = a.id
    WHERE NOT EXISTS (SELECT FROM kernel.budget_meters m WHERE m.workspace_id = workspace AND m.budget_id = b.id
      AND m.subject = a.subject AND m.period_start = kernel.period_start(b.period))
    ON CONFLICT DO NOTHING;
  END LOOP;
  WITH held AS (
    UPDATE kernel.budget_meters m SET reserved_nano = m.reserved_nano + granted
    FROM unnest(budget_ids, subjects) AS a (id, subject)
    JOIN kernel.budgets b ON b.workspace_id = workspace AND b.id = a.id
    WHERE m.workspace_id = workspace AND m.budget_id = b.id AND m.subject = a.subject
      AND m.period_start = kernel.period_start(b.period)
    RETURNING m.budget_id, m.subject, m.period_start
  )
  INSERT INTO kernel.budget_reservations
    (workspace_id, call_id, budget_id, subject, period_start, reserved_nano, likely_nano, server_id)
  SELECT workspace, call, h.budget_id, h.subject, h.period_start, granted, least(likely, granted), server FROM held h;
END $$;

-- Takes reservations back and counts what was really spent. `settled`: [{workspace_id, call_id, spent_nano}]. Gives back
-- the meters that have just passed their warning.
CREATE FUNCTION kernel.settle_budgets(settled jsonb)
RETURNS TABLE (workspace_id uuid, budget_id uuid, subject text, period_start date, spent_nano bigint)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
  PERFORM set_config('synchronous_commit', 'off', true);
  RETURN QUERY
  WITH gone AS (
    DELETE FROM kernel.budget_reservations r
    USING jsonb_to_recordset(settled) AS s (workspace_id uuid, call_id uuid, spent_nano bigint)
    WHERE r.workspace_id = s.workspace_id AND r.call_id = s.call_id
    RETURNING r.*, s.spent_nano
  ), sums AS (
    SELECT g.workspace_id, g.budget_id, g.subject, g.period_start,
      sum(g.reserved_nano) FILTER (WHERE g.released_at IS NULL) AS freed,
      sum(g.spent_nano - CASE WHEN g.released_at IS NULL THEN 0 ELSE g.likely_nano END) AS used
    FROM gone g GROUP BY 1, 2, 3, 4
  ), locked AS MATERIALIZED (
    SELECT s.*, b.limit_nano * b.warn_percent / 100 AS warn_nano
    FROM sums s JOIN kernel.budget_meters m USING (workspace_id, budget_id, subject, period_start)
    JOIN kernel.budgets b ON b.workspace_id = s.workspace_id AND b.id = s.budget_id
    ORDER BY m.workspace_id, m.budget_id, m.subject, m.period_start FOR UPDATE OF m
  ), changed AS (
    UPDATE kernel.budget_meters m SET
      reserved_nano = m.reserved_nano - coalesce(l.freed, 0), spent_nano = m.spent_nano + l.used,
      warned_at = CASE WHEN m.warned_at IS NULL AND m.spent_nano + l.used >= l.warn_nano THEN now() ELSE m.warned_at END
    FROM locked l
    WHERE m.workspace_id = l.workspace_id AND m.budget_id = l.budget_id AND m.subject = l.subject
      AND m.period_start = l.period_start
    RETURNING m.*
  )
  SELECT c.workspace_id, c.budget_id, c.subject, c.period_start, c.spent_nano FROM changed c
  WHERE c.warned_at = now();
END $$;

-- Releases what calls of dead servers hold, in one workspace or (null) in all; what they probably spent is counted. A
-- reservation is kept for a day then, so that a server that was only slow settles it exactly. Returns how many.
CREATE FUNCTION kernel.release_budgets(workspace uuid, dead_after_seconds integer) RETURNS bigint
LANGUAGE sql AS $$
  WITH dead AS (
    UPDATE kernel.budget_reservations r SET released_at = now()
    WHERE r.released_at IS NULL AND (workspace IS NULL OR r.workspace_id = workspace)
      AND CASE WHEN r.server_id IS NULL THEN r.created_at < now() - interval '1 hour'
        ELSE NOT EXISTS (SELECT FROM kernel.servers s
          WHERE s.id = r.server_id AND s.heartbeat_at > now() - make_interval(secs => dead_after_seconds)) END
    RETURNING r.*
  ), sums AS (
    SELECT workspace_id, budget_id, subject, period_start, sum(reserved_nano) AS freed, sum(likely_nano) AS used
    FROM dead GROUP BY 1, 2, 3, 4
  ), locked AS MATERIALIZED (
    SELECT s.* FROM sums s JOIN kernel.budget_meters m USING (workspace_id, budget_id, subject, period_start)
    ORDER BY m.workspace_id, m.budget_id, m.subject, m.period_start FOR UPDATE OF m
  ), changed AS (
    UPDATE kernel.budget_meters m SET reserved_nano = m.reserved_nano - l.freed, spent_nano = m.spent_nano + l.used
    FROM locked l
    WHERE m.workspace_id = l.workspace_id AND m.budget_id = l.budget_id AND m.subject = l.subject
      AND m.period_start = l.period_start
  ), old AS (
    DELETE FROM kernel.budget_reservations r WHERE r.released_at < now() - interval '1 day'
  )
  SELECT count(*) FROM dead
$$;

-- Down Migration
