-- Up Migration

CREATE TABLE kernel.instance (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  sign_up_open boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO kernel.instance DEFAULT VALUES;

CREATE TABLE kernel.people (
  id uuid PRIMARY KEY,
  email text NOT NULL,
  name text NOT NULL,
  password_hash text,
  is_instance_owner boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now(),
  CHECK (email = lower(email))
);
CREATE UNIQUE INDEX people_email ON kernel.people (email);
-- Only one person can win the race to own a new server.
CREATE UNIQUE INDEX people_one_owner ON kernel.people (is_instance_owner) WHERE is_instance_owner;

CREATE TABLE kernel.workspaces (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE kernel.members (
  workspace_id uuid NOT NULL REFERENCES kernel.workspaces (id) ON DELETE CASCADE,
  person_id uuid NOT NULL REFERENCES kernel.people (id) ON DELETE CASCADE,
  role text NOT NULL CHECK (role IN ('owner', 'admin', 'developer', 'analyst', 'member', 'viewer')),
  joined_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (workspace_id, person_id)
);
CREATE INDEX members_person ON kernel.members (person_id);

-- One row per signed-in device.
CREATE TABLE kernel.sessions (
  id uuid PRIMARY KEY,
  person_id uuid NOT NULL REFERENCES kernel.people (id) ON DELETE CASCADE,
  user_agent text NOT NULL,
  ip text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  last_used_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  ended_at timestamptz,
  end_reason text CHECK (end_reason IN ('signed_out', 'revoked', 'refresh_reused', 'password_changed'))
);
CREATE INDEX sessions_person ON kernel.sessions (person_id);

-- Every refresh token that was ever handed out for a session; only the newest is good, an older one means theft.
CREATE TABLE kernel.refresh_tokens (
  token_hash bytea PRIMARY KEY,
  session_id uuid NOT NULL REFERENCES kernel.sessions (id) ON DELETE CASCADE,
  created_at timestamptz NOT NULL DEFAULT now(),
  used_at timestamptz
);
CREATE INDEX refresh_tokens_session ON kernel.refresh_tokens (session_id);

-- Down Migration
