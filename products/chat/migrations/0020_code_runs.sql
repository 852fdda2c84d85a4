-- Up Migration
CREATE TABLE chat.code_runs (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  conversation_id uuid NOT NULL,
  person_id uuid NOT NULL,
  origin text NOT NULL CHECK (origin IN ('block', 'panel', 'tool')),
  -- The message with the code block, and which of its blocks. A message that is gone is simply not found.
  message_id uuid,
  block_index integer,
  language text NOT NULL CHECK (language IN ('python', 'javascript', 'typescript', 'shell')),
  entry_name text,
  source text NOT NULL,
  source_hash text NOT NULL,
  -- Other files that lie beside the source: [{path, content}].
  files jsonb NOT NULL DEFAULT '[]',
  status text NOT NULL CHECK (status IN ('queued', 'running', 'finished', 'failed', 'cancelled', 'lost')),
  queue_position integer,
  -- From before its directory is prepared until the directory is stored: nobody else may use the directory.
  holds_directory boolean NOT NULL DEFAULT false,
  kernel text CHECK (kernel IN ('new', 'kept')),
  reason text,
  exit_code integer,
  message text,
  error jsonb,
  usage jsonb,
  driver text,
  output_length integer NOT NULL DEFAULT 0,
  display_count integer NOT NULL DEFAULT 0,
  -- Counts its changes, so that a device can tell the newer of two.
  revision integer NOT NULL DEFAULT 1,
  -- The server process that has the run; null once it has ended.
  server_id uuid,
  created_at timestamptz NOT NULL,
  started_at timestamptz,
  finished_at timestamptz,
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, conversation_id) REFERENCES chat.conversations (workspace_id, id) ON DELETE CASCADE,
  CHECK ((status IN ('queued', 'running')) = (server_id IS NOT NULL)),
  CHECK (server_id IS NOT NULL OR NOT holds_directory)
);
CREATE INDEX code_runs_conversation ON chat.code_runs (workspace_id, conversation_id, created_at DESC, id DESC);
CREATE INDEX code_runs_person ON chat.code_runs (person_id);
CREATE INDEX code_runs_open ON chat.code_runs (server_id) WHERE server_id IS NOT NULL;
-- Two runs never share a directory, on whichever servers they are.
CREATE UNIQUE INDEX code_runs_one_at_a_time ON chat.code_runs (workspace_id, conversation_id, person_id)
  WHERE holds_directory;

-- Output as it arrived, stored before any device sees it.
CREATE TABLE chat.code_run_output (
  workspace_id uuid NOT NULL,
  run_id uuid NOT NULL,
  seq integer NOT NULL,
  stream text NOT NULL CHECK (stream IN ('stdout', 'stderr')),
  text text NOT NULL,
  PRIMARY KEY (workspace_id, run_id, seq),
  FOREIGN KEY (workspace_id, run_id) REFERENCES chat.code_runs (workspace_id, id) ON DELETE CASCADE
);

-- Figures and tables; a large one is a file of the kernel's storage, the others stand here.
CREATE TABLE chat.code_run_displays (
  workspace_id uuid NOT NULL,
  run_id uuid NOT NULL,
  position integer NOT NULL,
  -- UTF-16 units of output before it.
  output_offset integer NOT NULL,
  mime text NOT NULL,
  bytes integer NOT NULL,
  data text,
  file_id uuid,
  PRIMARY KEY (workspace_id, run_id, position),
  FOREIGN KEY (workspace_id, run_id) REFERENCES chat.code_runs (workspace_id, id) ON DELETE CASCADE,
  CHECK ((data IS NULL) <> (file_id IS NULL))
);

-- What code wrote to /data/out, version by version.
CREATE TABLE chat.output_files (
  workspace_id uuid NOT NULL,
  conversation_id uuid NOT NULL,
  path text NOT NULL,
  version integer NOT NULL,
  run_id uuid,
  person_id uuid NOT NULL,
  file_id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, conversation_id, path, version),
  FOREIGN KEY (workspace_id, conversation_id) REFERENCES chat.conversations (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX output_files_file ON chat.output_files (workspace_id, file_id);
CREATE INDEX output_files_run ON chat.output_files (workspace_id, run_id);

CREATE TABLE chat.editor_files (
  workspace_id uuid NOT NULL,
  conversation_id uuid NOT NULL,
  path text NOT NULL,
  content text NOT NULL,
  version integer NOT NULL DEFAULT 1,
  updated_by uuid,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, conversation_id, path),
  FOREIGN KEY (workspace_id, conversation_id) REFERENCES chat.conversations (workspace_id, id) ON DELETE CASCADE
);

-- The working directory of one person in one conversation as it was after the last run.
CREATE TABLE chat.work_directories (
  workspace_id uuid NOT NULL,
  conversation_id uuid NOT NULL,
  person_id uuid NOT NULL,
  -- Counts what was stored; a server whose folder is of an older revision fetches it anew.
  revision integer NOT NULL DEFAULT 0,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, conversation_id, person_id),
  FOREIGN KEY (workspace_id, conversation_id) REFERENCES chat.conversations (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX work_directories_person ON chat.work_directories (person_id);

CREATE TABLE chat.work_files (
  workspace_id uuid NOT NULL,
  conversation_id uuid NOT NULL,
  person_id uuid NOT NULL,
  path text NOT NULL,
  bytes bigint NOT NULL,
  sha256 bytea NOT NULL,
  -- Small files stand here, others are files of the kernel's storage.
  content bytea,
  file_id uuid,
  PRIMARY KEY (workspace_id, conversation_id, person_id, path),
  FOREIGN KEY (workspace_id, conversation_id, person_id)
    REFERENCES chat.work_directories (workspace_id, conversation_id, person_id) ON DELETE CASCADE,
  CHECK ((content IS NULL) <> (file_id IS NULL))
);

CREATE TABLE chat.run_settings (
  workspace_id uuid NOT NULL PRIMARY KEY,
  settings jsonb NOT NULL,
  updated_by uuid,
  updated_at timestamptz NOT NULL
);

DO $$
DECLARE each text;
BEGIN
  FOREACH each IN ARRAY ARRAY['code_runs', 'code_run_output', 'code_run_displays', 'output_files', 'editor_files',
    'work_directories', 'work_files', 'run_settings'] LOOP
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON chat.%I TO mindmesh_app', each);
    EXECUTE format('ALTER TABLE chat.%I ENABLE ROW LEVEL SECURITY', each);
    EXECUTE format('CREATE POLICY tenant ON chat.%I TO mindmesh_app
      USING (workspace_id = current_setting(''app.workspace_id'')::uuid)', each);
  END LOOP;
END $$;

-- Down Migration
