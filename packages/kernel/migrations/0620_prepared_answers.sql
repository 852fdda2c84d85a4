-- Up Migration

-- Answers that are stored before they are asked for: written by a person, or by a model that was asked beforehand.
CREATE TABLE kernel.prepared_answers (
  workspace_id uuid NOT NULL REFERENCES kernel.workspaces (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  -- A digest of question and system prompt as they are compared.
  place bytea NOT NULL,
  question text NOT NULL,
  -- Null: whatever the system prompt of the request says.
  system text,
  -- As requests name it (provider/model, or a tier); empty: any.
  model text NOT NULL,
  -- Null while a model is asked for it, or could not answer.
  answer text,
  enabled boolean NOT NULL,
  -- The model that wrote it, whose key paid, what it used and cost; null where a person wrote it.
  made_by jsonb,
  -- Why there is no answer.
  problem text,
  created_at timestamptz NOT NULL,
  -- From here on the answer's age is counted.
  answered_at timestamptz NOT NULL,
  -- How often it was given, and when last.
  given bigint NOT NULL DEFAULT 0,
  given_at timestamptz,
  PRIMARY KEY (workspace_id, id),
  UNIQUE (workspace_id, place, model)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON kernel.prepared_answers TO mindmesh_app;
ALTER TABLE kernel.prepared_answers ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON kernel.prepared_answers TO mindmesh_app
  USING (workspace_id = current_setting('app.workspace_id')::uuid);
-- Every server keeps what can be looked up. That one was given changes nothing of it.
CREATE TRIGGER tell_changed AFTER INSERT OR DELETE OR UPDATE OF place, model, answer, enabled ON kernel.prepared_answers
  FOR EACH ROW EXECUTE FUNCTION kernel.tell_setting_changed();

ALTER TABLE kernel.model_calls DROP CONSTRAINT model_calls_cache_check,
  ADD CONSTRAINT model_calls_cache_check CHECK (cache IN ('prepared', 'exact', 'near', 'shared')) NOT VALID;
ALTER TABLE kernel.model_calls VALIDATE CONSTRAINT model_calls_cache_check;

-- Down Migration
