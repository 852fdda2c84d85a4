-- Up Migration

ALTER TABLE kernel.model_calls
  -- Tokens and cost were not reported, but counted here as well as can be.
  ADD COLUMN estimated boolean NOT NULL DEFAULT false,
  -- How the answer came without asking the model, how old it was, and what it saved (dollars).
  ADD COLUMN cache text CHECK (cache IN ('exact', 'near', 'shared')),
  ADD COLUMN cache_age_ms bigint,
  ADD COLUMN saved_usd double precision;

-- What has been used, by day (UTC) on which calls began. One row for each combination; a million calls are some hundred rows.
CREATE TABLE kernel.usage_days (
  workspace_id uuid NOT NULL REFERENCES kernel.workspaces (id) ON DELETE CASCADE,
  day date NOT NULL,
  -- Null: the server's own calls, and people whose account is gone.
  user_id uuid,
  product text NOT NULL,
  provider text NOT NULL,
  model text NOT NULL,
  api_key_id uuid,
  key_source text NOT NULL,
  calls bigint NOT NULL,
  failed_calls bigint NOT NULL,
  -- Calls whose cost is not known: all sums of dollars are "at least" where there are any.
  unknown_calls bigint NOT NULL,
  estimated_calls bigint NOT NULL,
  cached_calls bigint NOT NULL,
  input_tokens bigint NOT NULL,
  cached_input_tokens bigint NOT NULL,
  output_tokens bigint NOT NULL,
  cost_usd double precision NOT NULL,
  saved_usd double precision NOT NULL
);
CREATE UNIQUE INDEX usage_days_one ON kernel.usage_days
  (workspace_id, day, user_id, product, provider, model, api_key_id, key_source) NULLS NOT DISTINCT;
GRANT SELECT ON kernel.usage_days TO mindmesh_app;
ALTER TABLE kernel.usage_days ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON kernel.usage_days TO mindmesh_app
  USING (workspace_id = current_setting('app.workspace_id')::uuid);

-- Every call is counted once, when it ends, in the transaction that writes its end, whoever writes it. A failed call
-- without a cost cost nothing; any other without one is unknown.
CREATE FUNCTION kernel.count_usage() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
  ended kernel.model_calls[];
BEGIN
  IF TG_OP = 'INSERT' THEN
    SELECT array_agg(a) INTO ended FROM after a WHERE a.status <> 'running';
  ELSE
    SELECT array_agg(a) INTO ended FROM after a JOIN before b USING (workspace_id, id)
    WHERE b.status = 'running' AND a.status <> 'running';
  END IF;
  IF ended IS NULL THEN RETURN NULL; END IF;
  INSERT INTO kernel.usage_days AS u
  SELECT workspace_id, (started_at AT TIME ZONE 'UTC')::date AS day, user_id, product, provider, model, api_key_id,
    key_source, count(*), count(*) FILTER (WHERE status IN ('failed', 'lost')),
    count(*) FILTER (WHERE cost_usd IS NULL AND status <> 'failed'), count(*) FILTER (WHERE estimated),
    count(cache), coalesce(sum(input_tokens), 0), coalesce(sum(cached_input_tokens), 0),
    coalesce(sum(output_tokens), 0), coalesce(sum(cost_usd), 0), coalesce(sum(saved_usd), 0)
  FROM unnest(ended)
  GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
  -- In one order for all servers, so that two that write the same rows wait for each other and do not lock up.
  ORDER BY 1, 2, 3, 4, 5, 6, 7, 8
  ON CONFLICT (workspace_id, day, user_id, product, provider, model, api_key_id, key_source) DO UPDATE SET
    calls = u.calls + excluded.calls, failed_calls = u.failed_calls + excluded.failed_calls,
    unknown_calls = u.unknown_calls + excluded.unknown_calls,
    estimated_calls = u.estimated_calls + excluded.estimated_calls,
    cached_calls = u.cached_calls + excluded.cached_calls, input_tokens = u.input_tokens + excluded.input_tokens,
    cached_input_tokens = u.cached_input_tokens + excluded.cached_input_tokens,
    output_tokens = u.output_tokens + excluded.output_tokens, cost_usd = u.cost_usd + excluded.cost_usd,
    saved_usd = u.saved_usd + excluded.saved_usd;
  RETURN NULL;
END $$;
CREATE TRIGGER count_usage_of_new AFTER INSERT ON kernel.model_calls
  REFERENCING NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION kernel.count_usage();
CREATE TRIGGER count_usage_of_ended AFTER UPDATE ON kernel.model_calls
  REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION kernel.count_usage();

-- Down Migration
