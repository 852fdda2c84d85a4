-- Up Migration
CREATE TABLE chat.imports (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  owner_id uuid NOT NULL,
  file_id uuid NOT NULL,
  file_name text NOT NULL,
  state text NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed', 'cancelled')),
  job_id uuid,
  progress real NOT NULL DEFAULT 0,
  -- Whose export it is, once that is known.
  source text CHECK (source IN ('chatgpt', 'claude')),
  conversations_added integer NOT NULL DEFAULT 0,
  conversations_known integer NOT NULL DEFAULT 0,
  messages_added integer NOT NULL DEFAULT 0,
  -- Conversations that could not be read, and the reason of the first.
  skipped integer NOT NULL DEFAULT 0,
  error text,
  created_at timestamptz NOT NULL DEFAULT now(),
  finished_at timestamptz,
  PRIMARY KEY (workspace_id, id)
);
CREATE INDEX imports_owner ON chat.imports (workspace_id, owner_id, created_at DESC);

-- Where an imported conversation came from: the same one is never added twice.
ALTER TABLE chat.conversations ADD COLUMN import_key text;
CREATE UNIQUE INDEX conversations_import ON chat.conversations (workspace_id, owner_id, import_key)
  WHERE import_key IS NOT NULL;

GRANT SELECT, INSERT, UPDATE, DELETE ON chat.imports TO mindmesh_app;
ALTER TABLE chat.imports ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON chat.imports TO mindmesh_app USING (workspace_id = current_setting('app.workspace_id')::uuid);

-- Down Migration
