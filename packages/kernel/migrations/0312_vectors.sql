-- Up Migration

-- Vectors that can be compared with each other: all of one model. `version` counts changes, so that whoever keeps a copy
-- knows what is new; `reset_version` is that of the last removal, after which a copy is read anew.
CREATE TABLE kernel.vector_collections (
  workspace_id uuid NOT NULL REFERENCES kernel.workspaces (id) ON DELETE CASCADE,
  name text NOT NULL,
  -- A collection that was cleared and filled again is another one, though its changes count from 1 again.
  made uuid NOT NULL,
  model text NOT NULL,
  dimensions integer NOT NULL,
  items integer NOT NULL,
  version bigint NOT NULL,
  reset_version bigint NOT NULL,
  PRIMARY KEY (workspace_id, name)
);

CREATE TABLE kernel.vectors (
  workspace_id uuid NOT NULL,
  collection text NOT NULL,
  id uuid NOT NULL,
  version bigint NOT NULL,
  -- 32-bit floats of the machine's (little-endian) order, of length 1.
  vector bytea NOT NULL,
  PRIMARY KEY (workspace_id, collection, id),
  FOREIGN KEY (workspace_id, collection) REFERENCES kernel.vector_collections (workspace_id, name) ON DELETE CASCADE
);
-- Vectors do not compress; the attempt only costs time.
ALTER TABLE kernel.vectors ALTER COLUMN vector SET STORAGE EXTERNAL;
CREATE INDEX vectors_version ON kernel.vectors (workspace_id, collection, version);

GRANT SELECT, INSERT, UPDATE, DELETE ON kernel.vector_collections, kernel.vectors TO mindmesh_app;
ALTER TABLE kernel.vector_collections ENABLE ROW LEVEL SECURITY;
ALTER TABLE kernel.vectors ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON kernel.vector_collections TO mindmesh_app
  USING (workspace_id = current_setting('app.workspace_id')::uuid);
CREATE POLICY tenant ON kernel.vectors TO mindmesh_app
  USING (workspace_id = current_setting('app.workspace_id')::uuid);

-- Down Migration
