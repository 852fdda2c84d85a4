-- Up Migration

-- Programs that have registered themselves. They hold no secret: all are public clients with PKCE.
CREATE TABLE kernel.oauth_clients (
  id text PRIMARY KEY,
  metadata jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  last_used_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX oauth_clients_used ON kernel.oauth_clients (last_used_at);

-- What a person has allowed a program in one workspace. Goes with the membership, and takes its tokens along.
CREATE TABLE kernel.oauth_grants (
  id uuid PRIMARY KEY,
  workspace_id uuid NOT NULL,
  person_id uuid NOT NULL,
  -- The id of a registered client, or the https address of a client's metadata document.
  client_id text NOT NULL,
  client_name text NOT NULL,
  -- The interface that the tokens are good for (RFC 8707).
  resource text NOT NULL,
  scope text NOT NULL CHECK (scope IN ('read', 'write', 'admin')),
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  last_used_at timestamptz,
  FOREIGN KEY (workspace_id, person_id) REFERENCES kernel.members (workspace_id, person_id) ON DELETE CASCADE
);
CREATE INDEX oauth_grants_person ON kernel.oauth_grants (person_id);
CREATE INDEX oauth_grants_member ON kernel.oauth_grants (workspace_id, person_id);
CREATE INDEX oauth_grants_client ON kernel.oauth_grants (client_id);

-- Codes, access and refresh tokens, by their hash. A used one is kept until it expires: coming back, it was copied.
CREATE TABLE kernel.oauth_tokens (
  token_hash bytea PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('AuthorizationCode', 'AccessToken', 'RefreshToken')),
  grant_id uuid NOT NULL REFERENCES kernel.oauth_grants (id) ON DELETE CASCADE,
  payload jsonb NOT NULL,
  expires_at timestamptz NOT NULL,
  consumed_at timestamptz
);
CREATE INDEX oauth_tokens_grant ON kernel.oauth_tokens (grant_id);
CREATE INDEX oauth_tokens_expiry ON kernel.oauth_tokens (expires_at);

-- Requests that are on their way through the page of consent, and the like; for minutes.
CREATE TABLE kernel.oauth_passing (
  kind text NOT NULL,
  id_hash bytea NOT NULL,
  payload jsonb NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (kind, id_hash)
);
CREATE INDEX oauth_passing_expiry ON kernel.oauth_passing (expires_at);

-- Down Migration
