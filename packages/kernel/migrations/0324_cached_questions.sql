-- Up Migration

-- Questions whose answers are kept, as vectors, for callers who take the answer to a nearly equal one.
CREATE TABLE kernel.cached_questions (
  workspace_id uuid NOT NULL REFERENCES kernel.workspaces (id) ON DELETE CASCADE,
  -- A digest of the request without its last question, and of the model that made the vector.
  shape bytea NOT NULL,
  -- Of the answer.
  key bytea NOT NULL,
  -- 32-bit floats, of length 1.
  vector bytea NOT NULL,
  -- A digest of the numbers and negations in the question: these have to be the same.
  marks bytea NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, shape, key)
);
CREATE INDEX cached_questions_expiry ON kernel.cached_questions (expires_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON kernel.cached_questions TO mindmesh_app;
ALTER TABLE kernel.cached_questions ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON kernel.cached_questions TO mindmesh_app
  USING (workspace_id = current_setting('app.workspace_id')::uuid);

-- Down Migration
