-- Up Migration
-- Whether the person has approved a waiting call and an admin must, too.
ALTER TABLE chat.tool_calls ADD COLUMN waits_for_admin boolean NOT NULL DEFAULT false;

-- Down Migration
