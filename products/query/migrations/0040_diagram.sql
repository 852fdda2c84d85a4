-- Up Migration
-- Where a person has put tables in the diagram of a connection: {"[\"schema\",\"name\"]": {"x", "y"}}, and what they hid.
CREATE TABLE query.diagram_arrangements (
  workspace_id uuid NOT NULL,
  connection_id uuid NOT NULL,
  person_id uuid NOT NULL,
  positions jsonb NOT NULL DEFAULT '{}',
  hidden jsonb NOT NULL DEFAULT '[]',
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (workspace_id, connection_id, person_id),
  FOREIGN KEY (workspace_id, connection_id) REFERENCES query.connections (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX diagram_arrangements_person ON query.diagram_arrangements (person_id);

GRANT SELECT, INSERT, UPDATE, DELETE ON query.diagram_arrangements TO mindmesh_app;
ALTER TABLE query.diagram_arrangements ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON query.diagram_arrangements TO mindmesh_app
  USING (workspace_id = current_setting('app.workspace_id')::uuid);

-- Down Migration
