-- Up Migration
-- Every statement that was asked for: the history, and the head of its result.
CREATE TABLE query.statements (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  connection_id uuid NOT NULL,
  person_id uuid NOT NULL,
  origin text NOT NULL CHECK (origin IN ('person', 'model', 'tool', 'schedule')),
  sql text NOT NULL,
  parameters jsonb NOT NULL DEFAULT '{}',
  access text NOT NULL DEFAULT 'read' CHECK (access IN ('read', 'write')),
  state text NOT NULL CHECK (state IN ('running', 'done', 'failed', 'refused', 'cancelled', 'lost', 'previewed')),
  columns jsonb NOT NULL DEFAULT '[]',
  row_count integer NOT NULL DEFAULT 0,
  bytes bigint NOT NULL DEFAULT 0,
  affected_rows bigint,
  stopped_by text CHECK (stopped_by IN ('rows', 'bytes')),
  milliseconds integer,
  failure jsonb,
  refusal jsonb,
  notices jsonb NOT NULL DEFAULT '[]',
  -- Statement, parameters, limits and connection as they were: the same again within five minutes has the same result.
  cache_key bytea,
  -- The statement whose rows this one shows, because it was asked for again soon after.
  result_of uuid,
  -- Until when the rows are kept; null: there are none.
  result_until timestamptz,
  -- The preview that a writing statement was confirmed by: each is good for one.
  preview_id uuid,
  -- The server process that runs it; null once it has ended.
  server_id uuid,
  created_at timestamptz NOT NULL,
  finished_at timestamptz,
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, connection_id) REFERENCES query.connections (workspace_id, id) ON DELETE CASCADE,
  CHECK ((state = 'running') = (server_id IS NOT NULL))
);
CREATE INDEX statements_history ON query.statements (workspace_id, person_id, created_at DESC, id DESC);
CREATE INDEX statements_connection ON query.statements (workspace_id, connection_id, created_at DESC, id DESC);
CREATE INDEX statements_person ON query.statements (person_id);
CREATE INDEX statements_open ON query.statements (server_id) WHERE server_id IS NOT NULL;
CREATE INDEX statements_cache ON query.statements (workspace_id, cache_key, created_at DESC) WHERE cache_key IS NOT NULL;
CREATE INDEX statements_results ON query.statements (result_until) WHERE result_until IS NOT NULL;
CREATE INDEX statements_shown ON query.statements (workspace_id, result_of) WHERE result_of IS NOT NULL;
CREATE UNIQUE INDEX statements_preview ON query.statements (workspace_id, preview_id) WHERE preview_id IS NOT NULL;

-- Rows of a result: gzip of the JSON of a ResultBlock, sent to browsers as it lies here.
CREATE TABLE query.result_blocks (
  workspace_id uuid NOT NULL,
  statement_id uuid NOT NULL,
  first_row integer NOT NULL,
  row_count integer NOT NULL,
  content bytea NOT NULL,
  PRIMARY KEY (workspace_id, statement_id, first_row),
  FOREIGN KEY (workspace_id, statement_id) REFERENCES query.statements (workspace_id, id) ON DELETE CASCADE
);
-- Compressed already.
ALTER TABLE query.result_blocks ALTER COLUMN content SET STORAGE EXTERNAL;

CREATE TABLE query.tabs (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  connection_id uuid NOT NULL,
  person_id uuid NOT NULL,
  title text NOT NULL,
  text text NOT NULL DEFAULT '',
  -- Where the cursor was left, in UTF-16 units.
  cursor integer NOT NULL DEFAULT 0,
  parameters jsonb NOT NULL DEFAULT '{}',
  -- The statements of the last run, whose results stand below the text.
  results jsonb NOT NULL DEFAULT '[]',
  saved_query_id uuid,
  position double precision NOT NULL,
  version integer NOT NULL DEFAULT 1,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, connection_id) REFERENCES query.connections (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX tabs_person ON query.tabs (workspace_id, person_id, connection_id, position);
CREATE INDEX tabs_of ON query.tabs (person_id);

CREATE TABLE query.saved_queries (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  connection_id uuid NOT NULL,
  owner_id uuid NOT NULL,
  name text NOT NULL,
  description text NOT NULL DEFAULT '',
  folder text NOT NULL DEFAULT '',
  tags text[] NOT NULL DEFAULT '{}',
  shared boolean NOT NULL DEFAULT false,
  sql text NOT NULL,
  parameters jsonb NOT NULL DEFAULT '{}',
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, connection_id) REFERENCES query.connections (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX saved_queries_connection ON query.saved_queries (workspace_id, connection_id, updated_at DESC);
CREATE INDEX saved_queries_owner ON query.saved_queries (owner_id);

-- Every version that a saved query has had, the present one included.
CREATE TABLE query.saved_query_versions (
  workspace_id uuid NOT NULL,
  saved_query_id uuid NOT NULL,
  version integer NOT NULL,
  name text NOT NULL,
  description text NOT NULL,
  sql text NOT NULL,
  parameters jsonb NOT NULL,
  saved_by uuid,
  saved_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, saved_query_id, version),
  FOREIGN KEY (workspace_id, saved_query_id) REFERENCES query.saved_queries (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX saved_query_versions_by ON query.saved_query_versions (saved_by);

DO $$
DECLARE each text;
BEGIN
  FOREACH each IN ARRAY ARRAY['statements', 'result_blocks', 'tabs', 'saved_queries', 'saved_query_versions'] LOOP
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON query.%I TO mindmesh_app', each);
    EXECUTE format('ALTER TABLE query.%I ENABLE ROW LEVEL SECURITY', each);
    EXECUTE format('CREATE POLICY tenant ON query.%I TO mindmesh_app
      USING (workspace_id = current_setting(''app.workspace_id'')::uuid)', each);
  END LOOP;
END $$;

-- Down Migration
