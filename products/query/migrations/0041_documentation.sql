-- Up Migration
-- What people say of tables and columns; column '' is the table itself.
CREATE TABLE query.descriptions (
  workspace_id uuid NOT NULL,
  connection_id uuid NOT NULL,
  schema text NOT NULL,
  table_name text NOT NULL,
  column_name text NOT NULL DEFAULT '',
  text text NOT NULL,
  updated_by uuid,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, connection_id, schema, table_name, column_name),
  FOREIGN KEY (workspace_id, connection_id) REFERENCES query.connections (workspace_id, id) ON DELETE CASCADE
);

CREATE TABLE query.documentation_versions (
  workspace_id uuid NOT NULL,
  connection_id uuid NOT NULL,
  version integer NOT NULL,
  -- The whole of it as JSON, compressed (zstd).
  content bytea NOT NULL,
  coverage jsonb NOT NULL,
  note text NOT NULL DEFAULT '',
  person_id uuid,
  schema_taken_at timestamptz NOT NULL,
  taken_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, connection_id, version),
  FOREIGN KEY (workspace_id, connection_id) REFERENCES query.connections (workspace_id, id) ON DELETE CASCADE
);

DO $$
DECLARE each text;
BEGIN
  FOREACH each IN ARRAY ARRAY['descriptions', 'documentation_versions'] LOOP
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON query.%I TO mindmesh_app', each);
    EXECUTE format('ALTER TABLE query.%I ENABLE ROW LEVEL SECURITY', each);
    EXECUTE format('CREATE POLICY tenant ON query.%I TO mindmesh_app
      USING (workspace_id = current_setting(''app.workspace_id'')::uuid)', each);
  END LOOP;
END $$;

-- Down Migration
