-- Up Migration

-- With which keys everything that is encrypted was last looked through, and nothing was left of an older one: then it need
-- not be looked through at the next start.
ALTER TABLE kernel.instance ADD COLUMN encrypted_by text;

-- Down Migration
