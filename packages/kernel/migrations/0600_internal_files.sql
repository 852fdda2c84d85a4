-- Up Migration
-- Parts of something of a product's, such as a snapshot: not listed among the person's files, and not in their export.
ALTER TABLE kernel.files ADD COLUMN internal boolean NOT NULL DEFAULT false;

-- Down Migration
