-- Up Migration

-- Keys for model providers, of one person or (person_id null) of the whole workspace.
CREATE TABLE kernel.provider_keys (
  workspace_id uuid NOT NULL REFERENCES kernel.workspaces (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  person_id uuid REFERENCES kernel.people (id) ON DELETE CASCADE,
  kind text NOT NULL,
  -- First half of the ids of its models: the kind, or the short name of a compatible server.
  provider text NOT NULL,
  label text NOT NULL,
  -- Compatible servers only; the others are where the operator says.
  base_url text,
  -- Null where the server wants no key.
  envelope bytea,
  last_four text,
  test_result text NOT NULL,
  test_message text NOT NULL,
  tested_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX provider_keys_one_per_owner
  ON kernel.provider_keys (workspace_id, provider, person_id) NULLS NOT DISTINCT;

-- The model that is taken when none is named: a person's choice, or (person_id null) the workspace's.
CREATE TABLE kernel.default_models (
  workspace_id uuid NOT NULL REFERENCES kernel.workspaces (id) ON DELETE CASCADE,
  person_id uuid REFERENCES kernel.people (id) ON DELETE CASCADE,
  model text NOT NULL,
  updated_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX default_models_one_per_owner ON kernel.default_models (workspace_id, person_id) NULLS NOT DISTINCT;

-- One row per model call of any product: what it was, what came of it, what it cost.
CREATE TABLE kernel.model_calls (
  workspace_id uuid NOT NULL REFERENCES kernel.workspaces (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  -- Null for the server's own calls and for people who have left.
  user_id uuid REFERENCES kernel.people (id) ON DELETE SET NULL,
  product text NOT NULL,
  provider text NOT NULL,
  model text NOT NULL,
  key_source text NOT NULL CHECK (key_source IN ('person', 'workspace', 'server', 'local')),
  -- running, and then one of the others; lost: its server died before it could say.
  status text NOT NULL CHECK (status IN ('running', 'done', 'failed', 'interrupted', 'cancelled', 'lost')),
  error_kind text,
  retries integer NOT NULL DEFAULT 0,
  -- Null: not reported by the provider.
  input_tokens bigint,
  output_tokens bigint,
  reasoning_tokens bigint,
  cached_input_tokens bigint,
  -- US dollars; null: the price or the usage is unknown.
  cost_usd double precision,
  started_at timestamptz NOT NULL,
  first_part_ms integer,
  duration_ms integer,
  PRIMARY KEY (workspace_id, id)
);
CREATE INDEX model_calls_time ON kernel.model_calls (workspace_id, started_at);
CREATE INDEX model_calls_running ON kernel.model_calls (started_at) WHERE status = 'running';

GRANT SELECT, INSERT, UPDATE, DELETE ON kernel.provider_keys, kernel.default_models TO mindmesh_app;
GRANT SELECT, INSERT, UPDATE ON kernel.model_calls TO mindmesh_app;
ALTER TABLE kernel.provider_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE kernel.default_models ENABLE ROW LEVEL SECURITY;
ALTER TABLE kernel.model_calls ENABLE ROW LEVEL SECURITY;
-- A person's key and choice are theirs alone, whatever their workspace.
CREATE POLICY tenant ON kernel.provider_keys TO mindmesh_app
  USING (workspace_id = current_setting('app.workspace_id')::uuid
    AND (person_id IS NULL OR person_id = nullif(current_setting('app.user_id', true), '')::uuid));
CREATE POLICY tenant ON kernel.default_models TO mindmesh_app
  USING (workspace_id = current_setting('app.workspace_id')::uuid
    AND (person_id IS NULL OR person_id = nullif(current_setting('app.user_id', true), '')::uuid));
CREATE POLICY tenant ON kernel.model_calls TO mindmesh_app
  USING (workspace_id = current_setting('app.workspace_id')::uuid);

-- Down Migration
