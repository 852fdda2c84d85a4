-- Up Migration

ALTER TABLE kernel.people
  -- Locked by the owner of the server.
  ADD COLUMN disabled_at timestamptz,
  -- When the person last proved that the address is theirs. Only a proved address links a sign-in by itself.
  ADD COLUMN email_verified_at timestamptz,
  -- The address that takes effect when it is confirmed.
  ADD COLUMN pending_email text;

ALTER TABLE kernel.sessions DROP CONSTRAINT sessions_end_reason_check;
ALTER TABLE kernel.sessions ADD CONSTRAINT sessions_end_reason_check CHECK (
  end_reason IN ('signed_out', 'revoked', 'refresh_reused', 'password_changed', 'account_disabled'));

-- The token that this one was exchanged for. When two children of one token are both used, somebody holds a copy.
ALTER TABLE kernel.refresh_tokens ADD COLUMN parent_hash bytea;
CREATE INDEX refresh_tokens_parent ON kernel.refresh_tokens (parent_hash) WHERE parent_hash IS NOT NULL;

-- Keys for programs. They go with the membership that they act under.
CREATE TABLE kernel.api_keys (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL UNIQUE,
  person_id uuid NOT NULL,
  name text NOT NULL,
  -- SHA-256; the secret has 238 random bits, so that a slow hash would add nothing.
  secret_hash bytea NOT NULL,
  ending text NOT NULL,
  scope text NOT NULL CHECK (scope IN ('read', 'write', 'admin')),
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz,
  last_used_at timestamptz,
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, person_id) REFERENCES kernel.members (workspace_id, person_id) ON DELETE CASCADE
);
CREATE INDEX api_keys_member ON kernel.api_keys (workspace_id, person_id);

CREATE TABLE kernel.invitations (
  workspace_id uuid NOT NULL REFERENCES kernel.workspaces (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  email text NOT NULL,
  role text NOT NULL CHECK (role IN ('owner', 'admin', 'developer', 'analyst', 'member', 'viewer')),
  -- NULL until the e-mail with the token goes out.
  token_hash bytea UNIQUE,
  -- The token went to the address itself: who has it has proved the address.
  mailed boolean NOT NULL,
  invited_by uuid REFERENCES kernel.people (id) ON DELETE SET NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, id),
  UNIQUE (workspace_id, email)
);
CREATE INDEX invitations_invited_by ON kernel.invitations (invited_by);

-- Links that work once: set a new password, confirm a new address.
CREATE TABLE kernel.link_tokens (
  token_hash bytea PRIMARY KEY,
  purpose text NOT NULL CHECK (purpose IN ('password_reset', 'email_change')),
  person_id uuid NOT NULL REFERENCES kernel.people (id) ON DELETE CASCADE,
  -- The address that the token was sent to; NULL for a link that was handed over.
  email text,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL
);
CREATE INDEX link_tokens_person ON kernel.link_tokens (person_id, purpose);

-- Failed attempts to prove an identity, by what they are counted under (a hash: unknown addresses are counted too).
CREATE TABLE kernel.failed_attempts (
  subject bytea PRIMARY KEY,
  failures integer NOT NULL,
  last_at timestamptz NOT NULL,
  locked_until timestamptz
);
CREATE INDEX failed_attempts_last ON kernel.failed_attempts (last_at);

CREATE TABLE kernel.second_factors (
  person_id uuid PRIMARY KEY REFERENCES kernel.people (id) ON DELETE CASCADE,
  -- TOTP secret, encrypted.
  secret bytea NOT NULL,
  -- NULL while the set-up waits for its first code.
  confirmed_at timestamptz,
  -- Time step of the last accepted code: neither it nor an older one is accepted again.
  last_step bigint,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE kernel.recovery_codes (
  person_id uuid NOT NULL REFERENCES kernel.second_factors (person_id) ON DELETE CASCADE,
  code_hash bytea NOT NULL,
  PRIMARY KEY (person_id, code_hash)
);

-- Sign-ins through other providers. A provider knows a person by its issuer and subject, never by an address.
CREATE TABLE kernel.provider_identities (
  issuer text NOT NULL,
  subject text NOT NULL,
  provider text NOT NULL,
  person_id uuid NOT NULL REFERENCES kernel.people (id) ON DELETE CASCADE,
  email text,
  linked_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (issuer, subject),
  UNIQUE (person_id, provider)
);

CREATE TABLE kernel.account_exports (
  id uuid PRIMARY KEY,
  person_id uuid NOT NULL REFERENCES kernel.people (id) ON DELETE CASCADE,
  state text NOT NULL CHECK (state IN ('waiting', 'running', 'ready', 'failed')),
  progress real NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 1),
  size_bytes bigint,
  error text,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL
);
CREATE INDEX account_exports_person ON kernel.account_exports (person_id, id);

-- Only the owner of the schema reads and writes these; with security on and no policy, a stray grant shows nothing.
ALTER TABLE kernel.workspaces ENABLE ROW LEVEL SECURITY;
ALTER TABLE kernel.members ENABLE ROW LEVEL SECURITY;
ALTER TABLE kernel.people ENABLE ROW LEVEL SECURITY;
ALTER TABLE kernel.sessions ENABLE ROW LEVEL SECURITY;
ALTER TABLE kernel.refresh_tokens ENABLE ROW LEVEL SECURITY;
ALTER TABLE kernel.api_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE kernel.invitations ENABLE ROW LEVEL SECURITY;
ALTER TABLE kernel.link_tokens ENABLE ROW LEVEL SECURITY;
ALTER TABLE kernel.failed_attempts ENABLE ROW LEVEL SECURITY;
ALTER TABLE kernel.second_factors ENABLE ROW LEVEL SECURITY;
ALTER TABLE kernel.recovery_codes ENABLE ROW LEVEL SECURITY;
ALTER TABLE kernel.provider_identities ENABLE ROW LEVEL SECURITY;
ALTER TABLE kernel.account_exports ENABLE ROW LEVEL SECURITY;

-- Down Migration
