-- Up Migration
-- What a person should see although they were not looking: kept until they have seen it.
CREATE TABLE kernel.notifications (
  workspace_id uuid NOT NULL REFERENCES kernel.workspaces (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  person_id uuid NOT NULL REFERENCES kernel.people (id) ON DELETE CASCADE,
  -- approval: a tool call waits; note: what a model, a program or an agent wanted to tell.
  kind text NOT NULL CHECK (kind IN ('approval', 'note')),
  title text NOT NULL,
  body text NOT NULL,
  -- What it is about, such as `tool-call:<id>`: no longer new once that is settled.
  subject text,
  -- What the page opens, such as `conversation:<id>` or `tool-calls`.
  target text,
  read_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (workspace_id, id)
);
CREATE INDEX notifications_person ON kernel.notifications (workspace_id, person_id, id DESC);
CREATE INDEX notifications_subject ON kernel.notifications (workspace_id, subject) WHERE subject IS NOT NULL;

GRANT SELECT, INSERT, UPDATE ON kernel.notifications TO mindmesh_app;
ALTER TABLE kernel.notifications ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON kernel.notifications TO mindmesh_app
  USING (workspace_id = current_setting('app.workspace_id')::uuid
    AND person_id = nullif(current_setting('app.user_id', true), '')::uuid);

-- Down Migration
