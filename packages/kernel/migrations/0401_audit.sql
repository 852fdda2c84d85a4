-- Up Migration

-- What was done, by whom, to what. Entries are added and read, never changed: no grant allows it. They outlive the
-- people and workspaces that they name, so nothing here refers to another table.
CREATE TABLE kernel.audit_log (
  -- All zeros: about an account or the server.
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  actor_id uuid,
  action text NOT NULL,
  target_kind text,
  target_id text,
  details jsonb NOT NULL DEFAULT '{}',
  ip text,
  request_id text,
  at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (workspace_id, id),
  CHECK ((target_kind IS NULL) = (target_id IS NULL))
);
CREATE INDEX audit_log_actor ON kernel.audit_log (actor_id, workspace_id, id DESC);
CREATE INDEX audit_log_target ON kernel.audit_log (target_id, workspace_id, id DESC) WHERE target_id IS NOT NULL;

GRANT SELECT, INSERT ON kernel.audit_log TO mindmesh_app;
ALTER TABLE kernel.audit_log ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON kernel.audit_log TO mindmesh_app
  USING (workspace_id = current_setting('app.workspace_id')::uuid);

-- Down Migration
