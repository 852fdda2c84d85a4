-- Up Migration
CREATE TABLE query.connections (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  name text NOT NULL,
  engine text NOT NULL CHECK (engine IN ('postgres', 'mysql', 'mssql', 'sqlite', 'duckdb')),
  -- Host, port, database, user, TLS and SSH; null for files. Never a secret.
  network jsonb,
  files jsonb NOT NULL DEFAULT '[]',
  -- Encrypted: password and SSH keys.
  secret bytea,
  has_password boolean NOT NULL DEFAULT false,
  -- An owner of the server has allowed an address inside the private network.
  private_allowed boolean NOT NULL DEFAULT false,
  read_only boolean NOT NULL DEFAULT true,
  roles text[] NOT NULL DEFAULT '{developer,analyst}',
  consents jsonb NOT NULL,
  hidden jsonb NOT NULL DEFAULT '[]',
  limits jsonb NOT NULL,
  label text,
  ingested_at timestamptz,
  created_by uuid,
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (workspace_id, id),
  CHECK ((network IS NULL) = (engine IN ('sqlite', 'duckdb')))
);
CREATE UNIQUE INDEX connections_name ON query.connections (workspace_id, lower(name));

CREATE TABLE query.catalogs (
  workspace_id uuid NOT NULL,
  connection_id uuid NOT NULL,
  content jsonb NOT NULL,
  taken_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, connection_id),
  FOREIGN KEY (workspace_id, connection_id) REFERENCES query.connections (workspace_id, id) ON DELETE CASCADE
);

CREATE TABLE query.catalog_tables (
  workspace_id uuid NOT NULL,
  connection_id uuid NOT NULL,
  schema text NOT NULL,
  name text NOT NULL,
  content jsonb NOT NULL,
  PRIMARY KEY (workspace_id, connection_id, schema, name),
  FOREIGN KEY (workspace_id, connection_id) REFERENCES query.connections (workspace_id, id) ON DELETE CASCADE
);

DO $$
DECLARE each text;
BEGIN
  FOREACH each IN ARRAY ARRAY['connections', 'catalogs', 'catalog_tables'] LOOP
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON query.%I TO mindmesh_app', each);
    EXECUTE format('ALTER TABLE query.%I ENABLE ROW LEVEL SECURITY', each);
    EXECUTE format('CREATE POLICY tenant ON query.%I TO mindmesh_app
      USING (workspace_id = current_setting(''app.workspace_id'')::uuid)', each);
  END LOOP;
END $$;

-- Down Migration
