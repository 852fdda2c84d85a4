-- Up Migration

-- Where calls go that name a tier instead of a model, as admins decided it: one document, since it is changed as one.
CREATE TABLE kernel.model_routing (
  workspace_id uuid PRIMARY KEY REFERENCES kernel.workspaces (id) ON DELETE CASCADE,
  rules jsonb NOT NULL,
  named_falls_back boolean NOT NULL,
  changed_at timestamptz NOT NULL
);

GRANT SELECT, INSERT, UPDATE, DELETE ON kernel.model_routing TO mindmesh_app;
ALTER TABLE kernel.model_routing ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON kernel.model_routing TO mindmesh_app
  USING (workspace_id = current_setting('app.workspace_id')::uuid);

-- Down Migration
