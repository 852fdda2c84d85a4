-- Up Migration
-- Head of each workspace's event log. The row lock that the update takes is held to the end of the writer's
-- transaction: numbers become visible in order and without gaps.
CREATE TABLE kernel.event_heads (
  workspace_id uuid PRIMARY KEY REFERENCES kernel.workspaces (id) ON DELETE CASCADE,
  seq bigint NOT NULL DEFAULT 0
);

CREATE TABLE kernel.events (
  workspace_id uuid NOT NULL REFERENCES kernel.workspaces (id) ON DELETE CASCADE,
  seq bigint NOT NULL,
  type text NOT NULL,
  -- Who may see it: NULL everybody in the workspace, otherwise this one person.
  audience_person_id uuid,
  actor_id uuid,
  payload jsonb NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (workspace_id, seq)
);
CREATE INDEX events_at ON kernel.events (at);

GRANT USAGE ON SCHEMA kernel TO mindmesh_app;
GRANT SELECT, INSERT, UPDATE ON kernel.event_heads TO mindmesh_app;
GRANT SELECT, INSERT ON kernel.events TO mindmesh_app;
ALTER TABLE kernel.event_heads ENABLE ROW LEVEL SECURITY;
ALTER TABLE kernel.events ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON kernel.event_heads TO mindmesh_app
  USING (workspace_id = current_setting('app.workspace_id')::uuid);
CREATE POLICY tenant ON kernel.events TO mindmesh_app
  USING (workspace_id = current_setting('app.workspace_id')::uuid);

-- Down Migration
