-- Up Migration
-- What a provider signed of its model's thinking and wants back with the results of the tools that it called.
ALTER TABLE chat.tool_calls ADD COLUMN signed jsonb;

-- Down Migration
