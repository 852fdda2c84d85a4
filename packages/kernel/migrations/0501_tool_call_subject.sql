-- Up Migration
-- What the call belongs to, such as `conversation:<id>`: where a page leads the person who is asked for approval.
ALTER TABLE kernel.tool_calls ADD COLUMN subject text;

-- Down Migration
