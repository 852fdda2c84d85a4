-- Up Migration
CREATE TABLE chat.message_files (
  workspace_id uuid NOT NULL,
  message_id uuid NOT NULL,
  position integer NOT NULL,
  -- A file of the kernel's storage; no foreign key crosses the rooms. One that is gone is simply not shown.
  file_id uuid NOT NULL,
  PRIMARY KEY (workspace_id, message_id, position),
  FOREIGN KEY (workspace_id, message_id) REFERENCES chat.messages (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX message_files_file ON chat.message_files (workspace_id, file_id);
-- What the person should know of how the answer was made, such as which files were cut.
ALTER TABLE chat.messages ADD COLUMN notice text;

GRANT SELECT, INSERT, UPDATE, DELETE ON chat.message_files TO mindmesh_app;
ALTER TABLE chat.message_files ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON chat.message_files TO mindmesh_app
  USING (workspace_id = current_setting('app.workspace_id')::uuid);

-- Down Migration
