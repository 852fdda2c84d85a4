-- Up Migration
-- How old the answers were that came from the cache, all ages of a day together. Counted as the rest of the row is.
ALTER TABLE kernel.usage_days ADD COLUMN cached_age_ms bigint NOT NULL DEFAULT 0;

CREATE OR REPLACE FUNCTION kernel.count_usage() RETURNS trigger
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
    coalesce(sum(output_tokens), 0), coalesce(sum(cost_usd), 0), coalesce(sum(saved_usd), 0),
    coalesce(sum(cache_age_ms), 0)
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
    saved_usd = u.saved_usd + excluded.saved_usd, cached_age_ms = u.cached_age_ms + excluded.cached_age_ms;
  RETURN NULL;
END $$;

-- Down Migration
