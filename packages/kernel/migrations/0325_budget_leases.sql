-- Up Migration

-- A server's part of a budget, from which it lets calls through by itself. What it holds counts as reserved.
CREATE TABLE kernel.budget_leases (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  budget_id uuid NOT NULL,
  subject text NOT NULL,
  period_start date NOT NULL,
  server_id uuid NOT NULL,
  -- Whether the server is in kernel.servers as long as it lives; of others nothing is heard, they get an hour.
  is_registered boolean NOT NULL,
  held_nano bigint NOT NULL,
  renewed_at timestamptz NOT NULL DEFAULT now(),
  -- When the server last gave back all that none of its calls holds.
  returned_at timestamptz,
  -- Set when its server was given up.
  released_at timestamptz,
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, budget_id, subject, period_start)
    REFERENCES kernel.budget_meters (workspace_id, budget_id, subject, period_start) ON DELETE CASCADE
);
CREATE INDEX budget_leases_meter ON kernel.budget_leases (workspace_id, budget_id, subject, period_start);
CREATE INDEX budget_leases_open ON kernel.budget_leases (renewed_at) WHERE released_at IS NULL;
ALTER TABLE kernel.budget_leases ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON kernel.budget_leases TO mindmesh_app
  USING (workspace_id = current_setting('app.workspace_id')::uuid);

-- Whose call it is, and what it holds of its budgets: what is counted should that server die in the middle.
ALTER TABLE kernel.model_calls ADD COLUMN server_id uuid, ADD COLUMN reserved_nano bigint;
CREATE INDEX model_calls_held ON kernel.model_calls (server_id) WHERE status = 'running' AND reserved_nano IS NOT NULL;

-- Gives a server more of meters of one workspace. `asked`: [{lease_id, budget_id, subject, need, extra}] in nanodollars.
-- Granted is what is needed and there, and of what is left an eighth at most as `extra` for calls to come; -1 when the
-- lease was given up meanwhile. All statements lock meters before leases, in one order.
CREATE FUNCTION kernel.extend_leases(workspace uuid, server uuid, is_server_registered boolean, asked jsonb)
RETURNS TABLE (lease_id uuid, granted bigint, limit_nano bigint, spent_nano bigint, was_exhausted boolean,
  is_shared boolean, period_start text, period_end_ms double precision)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  meter record;
  room bigint;
BEGIN
  -- Survives a kill of the server or of PostgreSQL, not a power cut, which ends the calls as well.
  PERFORM set_config('synchronous_commit', 'off', true);
  -- A meter that begins within its period begins with what the period has cost so far.
  INSERT INTO kernel.budget_meters (workspace_id, budget_id, subject, period_start, spent_nano)
  SELECT workspace, b.id, a.subject, kernel.period_start(b.period), (
    SELECT coalesce(ceil(sum(u.cost_usd) * 1e9), 0)::bigint FROM kernel.usage_days u
    WHERE u.workspace_id = workspace AND u.day >= kernel.period_start(b.period) AND (b.own_keys OR u.key_source <> 'person')
      AND CASE b.kind WHEN 'person' THEN u.user_id::text = a.subject WHEN 'product' THEN u.product = a.subject
        WHEN 'api_key' THEN u.api_key_id::text = a.subject ELSE true END)
  FROM jsonb_to_recordset(asked) AS a (budget_id uuid, subject text)
  JOIN kernel.budgets b ON b.workspace_id = workspace AND b.id = a.budget_id
  WHERE NOT EXISTS (SELECT FROM kernel.budget_meters m WHERE m.workspace_id = workspace AND m.budget_id = b.id
    AND m.subject = a.subject AND m.period_start = kernel.period_start(b.period))
  ON CONFLICT DO NOTHING;
  FOR meter IN
    SELECT m.*, b.period, b.limit_nano, a.lease_id, a.need, a.extra
    FROM jsonb_to_recordset(asked) AS a (lease_id uuid, budget_id uuid, subject text, need bigint, extra bigint)
    JOIN kernel.budgets b ON b.workspace_id = workspace AND b.id = a.budget_id
    JOIN kernel.budget_meters m ON m.workspace_id = workspace AND m.budget_id = a.budget_id AND m.subject = a.subject
      AND m.period_start = kernel.period_start(b.period)
    ORDER BY m.budget_id, m.subject, m.period_start FOR UPDATE OF m
  LOOP
    room := greatest(0, meter.limit_nano - meter.spent_nano - meter.reserved_nano);
    granted := least(room, meter.need + least(meter.extra, greatest(0, room - meter.need) / 8));
    INSERT INTO kernel.budget_leases AS l
      (workspace_id, id, budget_id, subject, period_start, server_id, is_registered, held_nano)
    SELECT workspace, meter.lease_id, meter.budget_id, meter.subject, meter.period_start, server,
      is_server_registered, granted
    ON CONFLICT (workspace_id, id) DO UPDATE SET held_nano = l.held_nano + excluded.held_nano, renewed_at = now()
    WHERE l.released_at IS NULL AND l.period_start = excluded.period_start;
    IF NOT FOUND THEN
      granted := -1;
    ELSIF granted > 0 THEN
      UPDATE kernel.budget_meters m SET reserved_nano = m.reserved_nano + granted
      WHERE m.workspace_id = workspace AND m.budget_id = meter.budget_id AND m.subject = meter.subject
        AND m.period_start = meter.period_start;
    END IF;
    lease_id := meter.lease_id;
    limit_nano := meter.limit_nano;
    spent_nano := meter.spent_nano;
    was_exhausted := meter.exhausted_at IS NOT NULL;
    is_shared := granted < meter.need AND EXISTS (SELECT FROM kernel.budget_leases l WHERE l.workspace_id = workspace
      AND l.budget_id = meter.budget_id AND l.subject = meter.subject AND l.period_start = meter.period_start
      AND l.server_id <> server AND l.released_at IS NULL AND l.held_nano > 0);
    period_start := meter.period_start::text;
    period_end_ms := extract(epoch FROM
      (meter.period_start + ('1 ' || meter.period)::interval) AT TIME ZONE 'UTC') * 1000;
    RETURN NEXT;
  END LOOP;
END $$;

-- Counts what calls have spent of leases, and takes back what is returned of them. `settled`: [{workspace_id, lease_id,
-- budget_id, subject, period_start, spent, returned, is_return, is_end}]. Gives back the leases that are gone, and the
-- meters that have just passed their warning.
CREATE FUNCTION kernel.settle_leases(settled jsonb)
RETURNS TABLE (workspace_id uuid, gone_lease_id uuid, warned_budget_id uuid, subject text)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
  PERFORM set_config('synchronous_commit', 'off', true);
  PERFORM FROM kernel.budget_meters m
  WHERE (m.workspace_id, m.budget_id, m.subject, m.period_start) IN (
    SELECT s.workspace_id, s.budget_id, s.subject, s.period_start FROM jsonb_to_recordset(settled)
      AS s (workspace_id uuid, budget_id uuid, subject text, period_start date))
  ORDER BY m.workspace_id, m.budget_id, m.subject, m.period_start FOR UPDATE;
  RETURN QUERY
  WITH s AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset(settled) AS s (workspace_id uuid, lease_id uuid, budget_id uuid, subject text,
      period_start date, spent bigint, returned bigint, is_return boolean, is_end boolean)
  ), held AS (
    UPDATE kernel.budget_leases l SET held_nano = l.held_nano - s.spent - s.returned, renewed_at = now(),
      returned_at = CASE WHEN s.is_return THEN clock_timestamp() ELSE l.returned_at END
    FROM s WHERE l.workspace_id = s.workspace_id AND l.id = s.lease_id AND l.released_at IS NULL AND NOT s.is_end
    RETURNING s.*
  ), ended AS (
    DELETE FROM kernel.budget_leases l USING s
    WHERE l.workspace_id = s.workspace_id AND l.id = s.lease_id AND l.released_at IS NULL AND s.is_end
    RETURNING s.*
  ), found AS (
    SELECT * FROM held UNION ALL SELECT * FROM ended
  ), sums AS (
    SELECT f.workspace_id, f.budget_id, f.subject, f.period_start, sum(f.spent)::bigint AS spent,
      sum(f.spent + f.returned)::bigint AS freed, max(b.limit_nano * b.warn_percent / 100) AS warn_nano
    FROM found f JOIN kernel.budgets b ON b.workspace_id = f.workspace_id AND b.id = f.budget_id
    GROUP BY 1, 2, 3, 4
  ), changed AS (
    UPDATE kernel.budget_meters m SET reserved_nano = m.reserved_nano - x.freed, spent_nano = m.spent_nano + x.spent,
      warned_at = CASE WHEN m.warned_at IS NULL AND x.spent > 0 AND m.spent_nano + x.spent >= x.warn_nano
        THEN now() ELSE m.warned_at END
    FROM sums x
    WHERE m.workspace_id = x.workspace_id AND m.budget_id = x.budget_id AND m.subject = x.subject
      AND m.period_start = x.period_start
    RETURNING m.workspace_id, m.budget_id, m.subject, m.warned_at
  )
  SELECT s.workspace_id, s.lease_id, NULL::uuid, s.subject FROM s
  WHERE NOT EXISTS (SELECT FROM found f WHERE f.lease_id = s.lease_id)
  UNION ALL
  SELECT c.workspace_id, NULL::uuid, c.budget_id, c.subject FROM changed c WHERE c.warned_at = now();
END $$;

-- Calls that end after their lease was given up: what was counted for them then is put right. `calls`: [{workspace_id,
-- budget_id, subject, period_start, call_id, spent}].
CREATE FUNCTION kernel.settle_late_calls(calls jsonb) RETURNS void LANGUAGE sql AS $$
  WITH c AS (
    SELECT c.workspace_id, c.budget_id, c.subject, c.period_start, sum(c.spent - coalesce(m.reserved_nano, 0))::bigint AS more
    FROM jsonb_to_recordset(calls) AS c (workspace_id uuid, budget_id uuid, subject text, period_start date, call_id uuid,
      spent bigint)
    LEFT JOIN kernel.model_calls m ON m.workspace_id = c.workspace_id AND m.id = c.call_id AND m.status = 'lost'
    GROUP BY 1, 2, 3, 4
  )
  UPDATE kernel.budget_meters m SET spent_nano = m.spent_nano + c.more FROM c
  WHERE m.workspace_id = c.workspace_id AND m.budget_id = c.budget_id AND m.subject = c.subject
    AND m.period_start = c.period_start
$$;

-- Gives up the leases of dead servers, in one workspace or (null) in all. Their running calls are lost; nobody knows what
-- they used, so all that they had reserved is counted. The rest of the leases is free again. Returns how many leases.
CREATE FUNCTION kernel.release_leases(workspace uuid, dead_after_seconds integer) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
  dead uuid[];
  given_up kernel.budget_leases[];
BEGIN
  -- A server uses a lease for a few seconds after it was renewed; until then it is not taken for dead.
  SELECT array_agg(l.id) INTO dead FROM kernel.budget_leases l
  WHERE l.released_at IS NULL AND (workspace IS NULL OR l.workspace_id = workspace)
    AND CASE WHEN l.is_registered THEN l.renewed_at < now() - interval '6 seconds' AND NOT EXISTS (
        SELECT FROM kernel.servers s
        WHERE s.id = l.server_id AND s.heartbeat_at > now() - make_interval(secs => dead_after_seconds))
      ELSE l.renewed_at < now() - interval '1 hour' END;
  PERFORM FROM kernel.budget_meters m
  WHERE (m.workspace_id, m.budget_id, m.subject, m.period_start) IN (
    SELECT l.workspace_id, l.budget_id, l.subject, l.period_start FROM kernel.budget_leases l WHERE l.id = ANY (dead))
  ORDER BY m.workspace_id, m.budget_id, m.subject, m.period_start FOR UPDATE;
  WITH released AS (
    UPDATE kernel.budget_leases l SET released_at = now()
    WHERE l.id = ANY (dead) AND l.released_at IS NULL
      AND l.renewed_at < now() - CASE WHEN l.is_registered THEN interval '6 seconds' ELSE interval '1 hour' END
    RETURNING l.*
  )
  SELECT array_agg(released) INTO given_up FROM released;
  DELETE FROM kernel.budget_leases l WHERE l.released_at < now() - interval '1 day';
  IF given_up IS NULL THEN RETURN 0; END IF;
  WITH freed AS (
    SELECT workspace_id, budget_id, subject, period_start, sum(held_nano)::bigint AS nano FROM unnest(given_up)
    GROUP BY 1, 2, 3, 4
  ), lost AS (
    UPDATE kernel.model_calls c SET status = 'lost', cost_usd = c.reserved_nano / 1e9, estimated = true
    FROM (SELECT DISTINCT workspace_id, server_id FROM unnest(given_up)) d
    WHERE c.workspace_id = d.workspace_id AND c.server_id = d.server_id AND c.status = 'running'
      AND c.reserved_nano IS NOT NULL
    RETURNING c.*
  ), used AS (
    SELECT f.workspace_id, f.budget_id, f.subject, f.period_start, sum(c.reserved_nano)::bigint AS nano
    FROM freed f JOIN kernel.budgets b ON b.workspace_id = f.workspace_id AND b.id = f.budget_id
    JOIN lost c ON c.workspace_id = f.workspace_id AND (b.own_keys OR c.key_source <> 'person')
      AND date_trunc(b.period, c.started_at AT TIME ZONE 'UTC')::date = f.period_start
      AND CASE b.kind WHEN 'person' THEN c.user_id::text WHEN 'product' THEN c.product
        WHEN 'api_key' THEN c.api_key_id::text ELSE '' END = f.subject
    GROUP BY 1, 2, 3, 4
  )
  UPDATE kernel.budget_meters m SET reserved_nano = m.reserved_nano - f.nano,
    spent_nano = m.spent_nano + coalesce(u.nano, 0)
  FROM freed f LEFT JOIN used u USING (workspace_id, budget_id, subject, period_start)
  WHERE m.workspace_id = f.workspace_id AND m.budget_id = f.budget_id AND m.subject = f.subject
    AND m.period_start = f.period_start;
  RETURN cardinality(given_up);
END $$;

-- Servers keep what they are asked about with every call: they hear at once when it changes, whoever changes it.
CREATE FUNCTION kernel.tell_setting_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('mindmesh_settings', TG_TABLE_NAME || ':' || coalesce(NEW.workspace_id, OLD.workspace_id));
  RETURN NULL;
END $$;
CREATE TRIGGER tell_changed AFTER INSERT OR UPDATE OR DELETE ON kernel.budgets
  FOR EACH ROW EXECUTE FUNCTION kernel.tell_setting_changed();
CREATE TRIGGER tell_changed AFTER INSERT OR UPDATE OR DELETE ON kernel.model_prices
  FOR EACH ROW EXECUTE FUNCTION kernel.tell_setting_changed();
CREATE TRIGGER tell_changed AFTER INSERT OR UPDATE OR DELETE ON kernel.provider_keys
  FOR EACH ROW EXECUTE FUNCTION kernel.tell_setting_changed();
CREATE TRIGGER tell_changed AFTER INSERT OR UPDATE OR DELETE ON kernel.model_routing
  FOR EACH ROW EXECUTE FUNCTION kernel.tell_setting_changed();

-- What leases replace.
DROP FUNCTION kernel.reserve_budget, kernel.settle_budgets, kernel.release_budgets;
DROP TABLE kernel.budget_reservations;
UPDATE kernel.budget_meters SET reserved_nano = 0;

-- Down Migration
