-- Up Migration

-- The bytes are in the blob store under `<workspace_id>/<id>`; a row in state `uploading` may have none yet.
CREATE TABLE kernel.files (
  workspace_id uuid NOT NULL REFERENCES kernel.workspaces (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  owner_id uuid REFERENCES kernel.people (id) ON DELETE SET NULL,
  name text NOT NULL,
  state text NOT NULL CHECK (state IN ('uploading', 'ready')),
  -- While uploading: what the upload announced, so that uploads at the same time cannot share the same room.
  bytes bigint NOT NULL CHECK (bytes >= 0),
  media_type text NOT NULL,
  name_claims text,
  sha256 bytea,
  image_width integer,
  image_height integer,
  has_thumbnail boolean NOT NULL DEFAULT false,
  text_state text NOT NULL CHECK (text_state IN ('waiting', 'ready', 'failed', 'none')),
  text_message text,
  text_pages integer,
  text_sheets text[],
  text_kept_characters integer,
  text_total_characters bigint,
  created_at timestamptz NOT NULL DEFAULT now(),
  -- When text and thumbnail were last tried.
  processed_at timestamptz,
  deleted_at timestamptz,
  PRIMARY KEY (workspace_id, id)
);
-- Room used by a workspace.
CREATE INDEX files_room ON kernel.files (workspace_id) INCLUDE (bytes) WHERE deleted_at IS NULL;
-- What the sweep looks for.
CREATE INDEX files_uploading ON kernel.files (created_at) WHERE state = 'uploading';
CREATE INDEX files_unprocessed ON kernel.files (created_at) WHERE state = 'ready' AND processed_at IS NULL;
CREATE INDEX files_deleted ON kernel.files (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX files_owner ON kernel.files (owner_id);

-- Apart from kernel.files, so that lists of files never carry megabytes of text.
CREATE TABLE kernel.file_texts (
  workspace_id uuid NOT NULL,
  file_id uuid NOT NULL,
  content text NOT NULL,
  PRIMARY KEY (workspace_id, file_id),
  FOREIGN KEY (workspace_id, file_id) REFERENCES kernel.files (workspace_id, id) ON DELETE CASCADE
);

GRANT SELECT, INSERT, UPDATE, DELETE ON kernel.files, kernel.file_texts TO mindmesh_app;
ALTER TABLE kernel.files ENABLE ROW LEVEL SECURITY;
ALTER TABLE kernel.file_texts ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON kernel.files TO mindmesh_app
  USING (workspace_id = current_setting('app.workspace_id')::uuid);
CREATE POLICY tenant ON kernel.file_texts TO mindmesh_app
  USING (workspace_id = current_setting('app.workspace_id')::uuid);

-- Down Migration
