-- Up Migration
-- Which models answered, and why each: [{"model": "provider/name", "route": "..."}], in order. `model` is what was asked for.
ALTER TABLE chat.messages ADD COLUMN answered_by jsonb NOT NULL DEFAULT '[]';

-- Down Migration
