-- Up Migration

-- One row per call of a tool: who, for what, with exactly which arguments, what came of it.
CREATE TABLE kernel.tool_calls (
  workspace_id uuid NOT NULL REFERENCES kernel.workspaces (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  -- In whose name it runs; only this person sees it.
  person_id uuid NOT NULL REFERENCES kernel.people (id) ON DELETE CASCADE,
  -- The API key that asked, if any.
  api_key_id uuid,
  origin text NOT NULL CHECK (origin IN ('page', 'chat', 'api', 'mcp', 'agent')),
  tool text NOT NULL,
  title text NOT NULL,
  risk text NOT NULL CHECK (risk IN ('read', 'write', 'critical')),
  -- Canonical JSON as text, because jsonb cannot hold every string that JSON can; and its SHA-256 with tool and person.
  arguments text NOT NULL,
  arguments_hash text NOT NULL,
  -- waiting -> approved -> running -> done or failed; lost: its server died while it ran, nobody knows what was done.
  state text NOT NULL CHECK (state IN
    ('waiting', 'approved', 'running', 'done', 'failed', 'refused', 'expired', 'cancelled', 'lost')),
  -- Why it failed or did not run, in plain words.
  error_code text,
  error text,
  result_bytes bigint,
  -- Whether the result was cut to fit.
  result_cut boolean NOT NULL DEFAULT false,
  -- The process that runs it, or that waits for the approval and will run it; null while an outside caller does.
  server_id uuid,
  -- Until when an approval may come and be used.
  expires_at timestamptz,
  decided_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  started_at timestamptz,
  finished_at timestamptz,
  duration_ms integer,
  PRIMARY KEY (workspace_id, id)
);
CREATE INDEX tool_calls_person ON kernel.tool_calls (workspace_id, person_id, id DESC);
CREATE INDEX tool_calls_open ON kernel.tool_calls (expires_at) WHERE state IN ('waiting', 'approved', 'running');

GRANT SELECT, INSERT, UPDATE ON kernel.tool_calls TO mindmesh_app;
ALTER TABLE kernel.tool_calls ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON kernel.tool_calls TO mindmesh_app
  USING (workspace_id = current_setting('app.workspace_id')::uuid
    AND person_id = nullif(current_setting('app.user_id', true), '')::uuid);

-- Down Migration
