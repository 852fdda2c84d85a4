-- Up Migration
GRANT USAGE ON SCHEMA query TO mindmesh_app;

ALTER TABLE query.connections ADD COLUMN has_ssh_secret boolean NOT NULL DEFAULT false;

-- One row for each reading of a schema.
CREATE TABLE query.readings (
  workspace_id uuid NOT NULL,
  connection_id uuid NOT NULL,
  id uuid NOT NULL,
  state text NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed', 'cancelled')),
  cause text NOT NULL CHECK (cause IN ('created', 'asked', 'stale', 'schedule')),
  job_id uuid,
  progress real NOT NULL DEFAULT 0,
  progress_text text,
  error text,
  stage text,
  tables integer,
  -- Differences to the reading before; null where there was none.
  change_count integer,
  changes jsonb NOT NULL DEFAULT '[]',
  requested_by uuid,
  created_at timestamptz NOT NULL DEFAULT now(),
  finished_at timestamptz,
  PRIMARY KEY (workspace_id, connection_id, id),
  FOREIGN KEY (workspace_id, connection_id) REFERENCES query.connections (workspace_id, id) ON DELETE CASCADE
);
-- Two people who ask at once share one reading.
CREATE UNIQUE INDEX readings_under_way ON query.readings (workspace_id, connection_id) WHERE state IN ('waiting', 'running');

-- Foreign keys that nobody declared, with what people decided on them.
CREATE TABLE query.inferred_keys (
  workspace_id uuid NOT NULL,
  connection_id uuid NOT NULL,
  key text NOT NULL,
  content jsonb NOT NULL,
  decision text NOT NULL DEFAULT 'open' CHECK (decision IN ('open', 'confirmed', 'rejected')),
  decided_by uuid,
  decided_at timestamptz,
  PRIMARY KEY (workspace_id, connection_id, key),
  FOREIGN KEY (workspace_id, connection_id) REFERENCES query.connections (workspace_id, id) ON DELETE CASCADE
);

-- Uploaded files that no connection has taken yet.
CREATE TABLE query.loose_files (
  workspace_id uuid NOT NULL,
  file_id uuid NOT NULL,
  person_id uuid,
  content jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (workspace_id, file_id)
);

DO $$
DECLARE each text;
BEGIN
  FOREACH each IN ARRAY ARRAY['readings', 'inferred_keys', 'loose_files'] LOOP
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON query.%I TO mindmesh_app', each);
    EXECUTE format('ALTER TABLE query.%I ENABLE ROW LEVEL SECURITY', each);
    EXECUTE format('CREATE POLICY tenant ON query.%I TO mindmesh_app
      USING (workspace_id = current_setting(''app.workspace_id'')::uuid)', each);
  END LOOP;
END $$;

-- Down Migration
