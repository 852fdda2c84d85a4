-- Up Migration

-- What an admin decides about tools; without a row everything is as usual.
CREATE TABLE kernel.tool_settings (
  workspace_id uuid PRIMARY KEY REFERENCES kernel.workspaces (id) ON DELETE CASCADE,
  -- person: who a critical call runs for approves it; admin: an owner or admin too, after that person.
  critical_approval text NOT NULL DEFAULT 'person' CHECK (critical_approval IN ('person', 'admin')),
  -- Names of tools that nobody can call here.
  disabled text[] NOT NULL DEFAULT '{}',
  -- How far an answer goes by itself: rounds of calls, calls in a round, US dollars.
  steps integer NOT NULL DEFAULT 16 CHECK (steps BETWEEN 1 AND 64),
  calls_in_step integer NOT NULL DEFAULT 16 CHECK (calls_in_step BETWEEN 1 AND 64),
  cost_usd double precision NOT NULL DEFAULT 1 CHECK (cost_usd BETWEEN 0.01 AND 100)
);
GRANT SELECT, INSERT, UPDATE ON kernel.tool_settings TO mindmesh_app;
ALTER TABLE kernel.tool_settings ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON kernel.tool_settings TO mindmesh_app
  USING (workspace_id = current_setting('app.workspace_id')::uuid);

ALTER TABLE kernel.tool_calls
  -- An admin must approve it too.
  ADD COLUMN needs_admin boolean NOT NULL DEFAULT false,
  -- From then on admins see a call that needs them, with its arguments: the person has let them.
  ADD COLUMN person_approved_at timestamptz,
  -- Who gave the last approval, or refused.
  ADD COLUMN decided_by uuid,
  -- Whether notifications of it stand under the bells of admins.
  ADD COLUMN admins_told boolean NOT NULL DEFAULT false;
CREATE INDEX tool_calls_for_admins ON kernel.tool_calls (workspace_id, id) WHERE needs_admin AND (state = 'waiting' OR admins_told);

-- Whether the person of the transaction is owner or admin of its workspace; members are hidden from the application role.
CREATE FUNCTION kernel.administers() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT EXISTS (
    SELECT FROM kernel.members
    WHERE workspace_id = current_setting('app.workspace_id')::uuid
      AND person_id = nullif(current_setting('app.user_id', true), '')::uuid
      AND role IN ('owner', 'admin')
  )
$$;
REVOKE ALL ON FUNCTION kernel.administers() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kernel.administers() TO mindmesh_app;
CREATE POLICY administrators ON kernel.tool_calls TO mindmesh_app
  USING (workspace_id = current_setting('app.workspace_id')::uuid
    AND needs_admin AND person_approved_at IS NOT NULL AND kernel.administers());

-- Down Migration
