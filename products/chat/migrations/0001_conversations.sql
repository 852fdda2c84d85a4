-- Up Migration
CREATE TABLE chat.conversations (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  owner_id uuid NOT NULL,
  title text NOT NULL,
  -- True once a person has named it: it is no longer named after the first message.
  titled boolean NOT NULL DEFAULT false,
  model text,
  system_prompt text NOT NULL DEFAULT '',
  -- The last message of the branch that is shown.
  current_message_id uuid,
  shared boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (workspace_id, id)
);
CREATE INDEX conversations_recent ON chat.conversations (workspace_id, owner_id, updated_at DESC, id DESC);

CREATE TABLE chat.messages (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  conversation_id uuid NOT NULL,
  parent_id uuid,
  role text NOT NULL CHECK (role IN ('user', 'assistant')),
  author_id uuid,
  text text NOT NULL,
  reasoning text NOT NULL DEFAULT '',
  status text NOT NULL CHECK (status IN ('complete', 'streaming', 'stopped', 'interrupted', 'failed')),
  error text,
  model text,
  input_tokens integer,
  output_tokens integer,
  reasoning_tokens integer,
  cached_input_tokens integer,
  cost_usd double precision,
  -- The server process that is receiving the answer.
  server_id uuid,
  created_at timestamptz NOT NULL DEFAULT now(),
  finished_at timestamptz,
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, conversation_id) REFERENCES chat.conversations (workspace_id, id) ON DELETE CASCADE,
  FOREIGN KEY (workspace_id, parent_id) REFERENCES chat.messages (workspace_id, id) ON DELETE CASCADE,
  CHECK ((status = 'streaming') = (server_id IS NOT NULL))
);
CREATE INDEX messages_conversation ON chat.messages (workspace_id, conversation_id, created_at);
CREATE INDEX messages_parent ON chat.messages (workspace_id, parent_id);
CREATE INDEX messages_streaming ON chat.messages (server_id) WHERE status = 'streaming';

-- Parts of an answer as they arrive, stored before any device sees them; folded into the message when it ends.
CREATE TABLE chat.answer_chunks (
  workspace_id uuid NOT NULL,
  message_id uuid NOT NULL,
  seq integer NOT NULL,
  kind text NOT NULL CHECK (kind IN ('text', 'reasoning')),
  text text NOT NULL,
  PRIMARY KEY (workspace_id, message_id, seq),
  FOREIGN KEY (workspace_id, message_id) REFERENCES chat.messages (workspace_id, id) ON DELETE CASCADE
);

GRANT USAGE ON SCHEMA chat TO mindmesh_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON chat.conversations, chat.messages, chat.answer_chunks TO mindmesh_app;
ALTER TABLE chat.conversations ENABLE ROW LEVEL SECURITY;
ALTER TABLE chat.messages ENABLE ROW LEVEL SECURITY;
ALTER TABLE chat.answer_chunks ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON chat.conversations TO mindmesh_app
  USING (workspace_id = current_setting('app.workspace_id')::uuid);
CREATE POLICY tenant ON chat.messages TO mindmesh_app
  USING (workspace_id = current_setting('app.workspace_id')::uuid);
CREATE POLICY tenant ON chat.answer_chunks TO mindmesh_app
  USING (workspace_id = current_setting('app.workspace_id')::uuid);

-- Down Migration
