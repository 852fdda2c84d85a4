-- Up Migration

-- Outside MCP servers that an admin has added; their tools join the registry.
CREATE TABLE kernel.mcp_servers (
  workspace_id uuid NOT NULL REFERENCES kernel.workspaces (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  -- Stands in the names of its tools: mcp.<name>.<tool>.
  name text NOT NULL,
  url text NOT NULL,
  -- Sent as Authorization: Bearer; null where the server wants none.
  envelope bytea,
  -- What came of looking at it last; null: it worked.
  problem text,
  looked_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, id),
  UNIQUE (workspace_id, name)
);

CREATE TABLE kernel.mcp_tools (
  workspace_id uuid NOT NULL,
  server_id uuid NOT NULL,
  -- As the server calls it.
  name text NOT NULL,
  title text NOT NULL,
  purpose text NOT NULL,
  input_schema jsonb NOT NULL,
  -- Of the definition as the server gives it now, and as an admin has seen it: the tool is offered while both are equal.
  definition_hash text NOT NULL,
  seen_hash text,
  risk text NOT NULL DEFAULT 'critical' CHECK (risk IN ('read', 'write', 'critical')),
  enabled boolean NOT NULL DEFAULT true,
  PRIMARY KEY (workspace_id, server_id, name),
  FOREIGN KEY (workspace_id, server_id) REFERENCES kernel.mcp_servers (workspace_id, id) ON DELETE CASCADE
);

GRANT SELECT, INSERT, UPDATE, DELETE ON kernel.mcp_servers, kernel.mcp_tools TO mindmesh_app;
ALTER TABLE kernel.mcp_servers ENABLE ROW LEVEL SECURITY;
ALTER TABLE kernel.mcp_tools ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON kernel.mcp_servers TO mindmesh_app
  USING (workspace_id = current_setting('app.workspace_id')::uuid);
CREATE POLICY tenant ON kernel.mcp_tools TO mindmesh_app
  USING (workspace_id = current_setting('app.workspace_id')::uuid);

-- Down Migration
