-- Up Migration
CREATE TABLE chat.folders (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  owner_id uuid NOT NULL,
  name text NOT NULL,
  position integer NOT NULL DEFAULT 0,
  PRIMARY KEY (workspace_id, id)
);
CREATE INDEX folders_owner ON chat.folders (workspace_id, owner_id, position);

CREATE TABLE chat.presets (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  owner_id uuid NOT NULL,
  name text NOT NULL,
  system_prompt text NOT NULL,
  model text,
  shared boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (workspace_id, id)
);

ALTER TABLE chat.conversations
  ADD COLUMN folder_id uuid,
  ADD COLUMN tags text[] NOT NULL DEFAULT '{}',
  ADD COLUMN pinned boolean NOT NULL DEFAULT false,
  ADD COLUMN archived boolean NOT NULL DEFAULT false,
  ADD COLUMN trashed_at timestamptz,
  ADD COLUMN version integer NOT NULL DEFAULT 1,
  -- SHA-256 of the public link's token, and the branch that it shows.
  ADD COLUMN public_token_hash bytea,
  ADD COLUMN public_message_id uuid,
  -- Answers that are arriving now.
  ADD COLUMN streaming_count integer NOT NULL DEFAULT 0,
  ADD CONSTRAINT conversations_folder FOREIGN KEY (workspace_id, folder_id)
    REFERENCES chat.folders (workspace_id, id) ON DELETE SET NULL (folder_id);
CREATE UNIQUE INDEX conversations_public ON chat.conversations (public_token_hash) WHERE public_token_hash IS NOT NULL;
CREATE INDEX conversations_shared ON chat.conversations (workspace_id, updated_at DESC) WHERE shared;
CREATE INDEX conversations_folder_id ON chat.conversations (workspace_id, folder_id) WHERE folder_id IS NOT NULL;
CREATE INDEX conversations_tags ON chat.conversations USING gin (tags) WHERE tags <> '{}';

GRANT SELECT, INSERT, UPDATE, DELETE ON chat.folders, chat.presets TO mindmesh_app;
ALTER TABLE chat.folders ENABLE ROW LEVEL SECURITY;
ALTER TABLE chat.presets ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON chat.folders TO mindmesh_app USING (workspace_id = current_setting('app.workspace_id')::uuid);
CREATE POLICY tenant ON chat.presets TO mindmesh_app USING (workspace_id = current_setting('app.workspace_id')::uuid);

-- Down Migration
