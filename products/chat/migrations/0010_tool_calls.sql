-- Up Migration
-- Whether the model may use tools in this conversation.
ALTER TABLE chat.conversations ADD COLUMN use_tools boolean NOT NULL DEFAULT false;

-- What an answer called on its way, in order; stored before the call begins and after each change of its state.
CREATE TABLE chat.tool_calls (
  workspace_id uuid NOT NULL,
  message_id uuid NOT NULL,
  position integer NOT NULL,
  -- The id of the call in the kernel's record, where it came that far.
  id uuid NOT NULL,
  -- In whose name it ran.
  person_id uuid NOT NULL,
  -- Calls of the same step were asked for at once; the text of a step stands before its calls.
  step integer NOT NULL,
  -- Where in the answer's text it stands, in UTF-16 units.
  text_offset integer NOT NULL,
  model_call_id text NOT NULL,
  tool text NOT NULL,
  title text NOT NULL,
  -- The arguments as the model wrote them, which need not be JSON.
  input text NOT NULL,
  state text NOT NULL CHECK (state IN ('running', 'waiting', 'done', 'failed', 'refused', 'cancelled', 'lost')),
  -- The result as JSON, as far as the model was given it.
  output text,
  error text,
  result_bytes bigint,
  cut text[] NOT NULL DEFAULT '{}',
  arguments_hash text,
  expires_at timestamptz,
  -- Counts its changes, so that a device can tell the newer of two.
  revision integer NOT NULL DEFAULT 1,
  started_at timestamptz NOT NULL,
  finished_at timestamptz,
  PRIMARY KEY (workspace_id, message_id, position),
  FOREIGN KEY (workspace_id, message_id) REFERENCES chat.messages (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX tool_calls_person ON chat.tool_calls (person_id);

GRANT SELECT, INSERT, UPDATE, DELETE ON chat.tool_calls TO mindmesh_app;
ALTER TABLE chat.tool_calls ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON chat.tool_calls TO mindmesh_app
  USING (workspace_id = current_setting('app.workspace_id')::uuid);

-- Down Migration
