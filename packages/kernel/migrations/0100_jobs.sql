-- Up Migration
-- What the job library does not keep: to whom a job belongs, how far it is, why its attempts failed. The waiting,
-- running and finished states, attempts and times are in the library's own schema `pgboss`, under the same id.
-- Jobs of the server itself belong to no workspace, so the id alone is the key.
CREATE TABLE kernel.jobs (
  id uuid PRIMARY KEY,
  workspace_id uuid REFERENCES kernel.workspaces (id) ON DELETE CASCADE,
  user_id uuid REFERENCES kernel.people (id) ON DELETE SET NULL,
  name text NOT NULL,
  queue text NOT NULL CHECK (queue IN ('high', 'normal', 'low')),
  -- Share of the work that is done, as the handler reports it.
  progress real NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 1),
  progress_text text,
  -- One entry per failed attempt: {attempt, at, message}.
  errors jsonb NOT NULL DEFAULT '[]',
  cancelled_by uuid,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX jobs_workspace ON kernel.jobs (workspace_id, id DESC);
CREATE INDEX jobs_user ON kernel.jobs (user_id) WHERE user_id IS NOT NULL;

CREATE TABLE kernel.job_schedules (
  name text PRIMARY KEY,
  cron text NOT NULL,
  timezone text NOT NULL,
  payload jsonb NOT NULL,
  next_run_at timestamptz NOT NULL,
  last_run_at timestamptz,
  last_job_id uuid
);

-- Only the owner reads and writes them; with security on and no policy, a stray grant would show nothing either.
ALTER TABLE kernel.jobs ENABLE ROW LEVEL SECURITY;
ALTER TABLE kernel.job_schedules ENABLE ROW LEVEL SECURITY;

-- Down Migration
