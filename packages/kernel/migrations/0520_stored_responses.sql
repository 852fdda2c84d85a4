-- Up Migration

-- Answers given in OpenAI's Responses format, kept for 30 days unless the client says not to: a later request may name
-- one as what it goes on from, or refer to a part of it.
CREATE TABLE kernel.stored_responses (
  workspace_id uuid NOT NULL REFERENCES kernel.workspaces (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  person_id uuid NOT NULL REFERENCES kernel.people (id) ON DELETE CASCADE,
  previous_id uuid,
  -- What this request added; null where it was too large to keep.
  input jsonb,
  output jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (workspace_id, id)
);
CREATE INDEX stored_responses_age ON kernel.stored_responses (created_at);
CREATE INDEX stored_responses_person ON kernel.stored_responses (person_id);

GRANT SELECT, INSERT ON kernel.stored_responses TO mindmesh_app;
ALTER TABLE kernel.stored_responses ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON kernel.stored_responses TO mindmesh_app
  USING (workspace_id = current_setting('app.workspace_id')::uuid
    AND person_id = nullif(current_setting('app.user_id', true), '')::uuid);

-- Down Migration
