-- Up Migration

-- Answers that may be given again to the same request, where there is no Redis. The key is a digest of the workspace and
-- the whole request; the request itself is not kept.
CREATE TABLE kernel.cached_answers (
  workspace_id uuid NOT NULL REFERENCES kernel.workspaces (id) ON DELETE CASCADE,
  key bytea NOT NULL,
  answer jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, key)
);
CREATE INDEX cached_answers_expiry ON kernel.cached_answers (expires_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON kernel.cached_answers TO mindmesh_app;
ALTER TABLE kernel.cached_answers ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON kernel.cached_answers TO mindmesh_app
  USING (workspace_id = current_setting('app.workspace_id')::uuid);

-- Down Migration
