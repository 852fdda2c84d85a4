-- Up Migration
-- Running server processes. Work that a process owns (a streaming answer) is given up when its heartbeat stops.
CREATE TABLE kernel.servers (
  id uuid PRIMARY KEY,
  role text NOT NULL,
  host text NOT NULL,
  pid integer NOT NULL,
  started_at timestamptz NOT NULL DEFAULT now(),
  heartbeat_at timestamptz NOT NULL DEFAULT now()
);

-- Down Migration
