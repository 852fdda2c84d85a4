-- Up Migration

-- Which API key asked, and why the call went to this model, in words; null for calls before there was either.
ALTER TABLE kernel.model_calls
  ADD COLUMN api_key_id uuid,
  ADD COLUMN route text;

-- Down Migration
