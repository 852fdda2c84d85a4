-- Up Migration
CREATE TABLE query.dashboards (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  owner_id uuid NOT NULL,
  name text NOT NULL,
  description text NOT NULL DEFAULT '',
  shared boolean NOT NULL DEFAULT false,
  -- What is drawn, in order: saved query, chart, size.
  tiles jsonb NOT NULL DEFAULT '[]',
  parameters jsonb NOT NULL DEFAULT '{}',
  refresh_seconds integer,
  -- Cron, time zone, recipients.
  snapshot jsonb,
  next_snapshot_at timestamptz,
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (workspace_id, id),
  CHECK ((snapshot IS NULL) = (next_snapshot_at IS NULL))
);
CREATE INDEX dashboards_owner ON query.dashboards (owner_id);
CREATE INDEX dashboards_due ON query.dashboards (next_snapshot_at) WHERE next_snapshot_at IS NOT NULL;

CREATE TABLE query.alerts (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  owner_id uuid NOT NULL,
  saved_query_id uuid NOT NULL,
  name text NOT NULL,
  parameters jsonb NOT NULL DEFAULT '{}',
  condition jsonb NOT NULL,
  schedule jsonb NOT NULL,
  recipients uuid[] NOT NULL,
  enabled boolean NOT NULL DEFAULT true,
  state text NOT NULL DEFAULT 'unknown' CHECK (state IN ('unknown', 'ok', 'firing', 'failed')),
  finding text,
  checked_at timestamptz,
  next_at timestamptz,
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (workspace_id, id),
  CHECK (enabled = (next_at IS NOT NULL))
);
CREATE INDEX alerts_owner ON query.alerts (owner_id);
CREATE INDEX alerts_query ON query.alerts (workspace_id, saved_query_id);
CREATE INDEX alerts_due ON query.alerts (next_at) WHERE next_at IS NOT NULL;

DO $$
DECLARE each text;
BEGIN
  FOREACH each IN ARRAY ARRAY['dashboards', 'alerts'] LOOP
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON query.%I TO mindmesh_app', each);
    EXECUTE format('ALTER TABLE query.%I ENABLE ROW LEVEL SECURITY', each);
    EXECUTE format('CREATE POLICY tenant ON query.%I TO mindmesh_app
      USING (workspace_id = current_setting(''app.workspace_id'')::uuid)', each);
  END LOOP;
END $$;

-- Down Migration
