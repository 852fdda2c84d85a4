-- Up Migration
-- Business terms of a connection, bound to what its schema has.
CREATE TABLE query.glossary_terms (
  workspace_id uuid NOT NULL,
  connection_id uuid NOT NULL,
  id uuid NOT NULL,
  term text NOT NULL,
  synonyms text[] NOT NULL DEFAULT '{}',
  definition text NOT NULL DEFAULT '',
  bindings jsonb NOT NULL DEFAULT '[]',
  fragment jsonb,
  created_by uuid,
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, connection_id) REFERENCES query.connections (workspace_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX glossary_terms_term ON query.glossary_terms (workspace_id, connection_id, lower(term));

-- What people have asked in words, and what came of it. No row of the connected database is kept.
CREATE TABLE query.questions (
  workspace_id uuid NOT NULL,
  connection_id uuid NOT NULL,
  id uuid NOT NULL,
  person_id uuid NOT NULL,
  question text NOT NULL,
  -- Hash of what an answer depends on; the same within 15 minutes is given again.
  cache_key text NOT NULL,
  outcome jsonb NOT NULL,
  written_by text NOT NULL CHECK (written_by IN ('model', 'built-in')),
  model text,
  cost_usd double precision,
  -- When the model wrote it, where its answer was given again.
  cached_from timestamptz,
  thumb text CHECK (thumb IN ('up', 'down')),
  milliseconds double precision NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, connection_id) REFERENCES query.connections (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX questions_person ON query.questions (workspace_id, connection_id, person_id, id DESC);
CREATE INDEX questions_cache ON query.questions (workspace_id, connection_id, cache_key, created_at);

-- Questions with statements that a person has found right.
CREATE TABLE query.verified_examples (
  workspace_id uuid NOT NULL,
  connection_id uuid NOT NULL,
  id uuid NOT NULL,
  question text NOT NULL,
  sql text NOT NULL,
  origin text NOT NULL CHECK (origin IN ('thumb', 'edit')),
  turn_id uuid,
  created_by uuid,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, connection_id) REFERENCES query.connections (workspace_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX verified_examples_turn ON query.verified_examples (workspace_id, turn_id);
CREATE INDEX verified_examples_connection ON query.verified_examples (workspace_id, connection_id, created_at DESC);

DO $$
DECLARE each text;
BEGIN
  FOREACH each IN ARRAY ARRAY['glossary_terms', 'questions', 'verified_examples'] LOOP
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON query.%I TO mindmesh_app', each);
    EXECUTE format('ALTER TABLE query.%I ENABLE ROW LEVEL SECURITY', each);
    EXECUTE format('CREATE POLICY tenant ON query.%I TO mindmesh_app
      USING (workspace_id = current_setting(''app.workspace_id'')::uuid)', each);
  END LOOP;
END $$;

-- Down Migration
