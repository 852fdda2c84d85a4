-- Up Migration

-- Prices that an admin has set; they win over the table that comes with the program.
CREATE TABLE kernel.model_prices (
  workspace_id uuid NOT NULL REFERENCES kernel.workspaces (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  -- `provider/model`, where * stands for any characters.
  pattern text NOT NULL,
  -- The first day (UTC) on which it holds.
  from_day date NOT NULL,
  -- US dollars per million tokens; cached null: as other input.
  input_per_million double precision NOT NULL CHECK (input_per_million >= 0),
  cached_input_per_million double precision CHECK (cached_input_per_million >= 0),
  output_per_million double precision NOT NULL CHECK (output_per_million >= 0),
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, id),
  UNIQUE (workspace_id, pattern, from_day)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON kernel.model_prices TO mindmesh_app;
ALTER TABLE kernel.model_prices ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON kernel.model_prices TO mindmesh_app
  USING (workspace_id = current_setting('app.workspace_id')::uuid);

-- Down Migration
