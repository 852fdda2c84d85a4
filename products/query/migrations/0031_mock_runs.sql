-- Up Migration
CREATE TABLE query.mock_runs (
  workspace_id uuid NOT NULL,
  connection_id uuid NOT NULL,
  id uuid NOT NULL,
  plan jsonb NOT NULL,
  state text NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed', 'cancelled')),
  rows bigint NOT NULL,
  written bigint NOT NULL DEFAULT 0,
  text text,
  error text,
  job_id uuid,
  requested_by uuid,
  created_at timestamptz NOT NULL DEFAULT now(),
  finished_at timestamptz,
  PRIMARY KEY (workspace_id, connection_id, id),
  FOREIGN KEY (workspace_id, connection_id) REFERENCES query.connections (workspace_id, id) ON DELETE CASCADE
);
-- One at a time writes into a database.
CREATE UNIQUE INDEX mock_runs_under_way ON query.mock_runs (workspace_id, connection_id) WHERE state IN ('waiting', 'running');

GRANT SELECT, INSERT, UPDATE, DELETE ON query.mock_runs TO mindmesh_app;
ALTER TABLE query.mock_runs ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON query.mock_runs TO mindmesh_app USING (workspace_id = current_setting('app.workspace_id')::uuid);

-- Down Migration
