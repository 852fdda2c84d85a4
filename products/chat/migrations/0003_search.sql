-- Up Migration
CREATE EXTENSION IF NOT EXISTS unaccent WITH SCHEMA public;
CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;
CREATE EXTENSION IF NOT EXISTS btree_gin WITH SCHEMA public;

-- Words as they are written, without accents, in any language; no stemming, so that prefixes can be searched.
CREATE TEXT SEARCH CONFIGURATION chat.words (COPY = pg_catalog.simple);
ALTER TEXT SEARCH CONFIGURATION chat.words
  ALTER MAPPING FOR hword, hword_part, word WITH public.unaccent, pg_catalog.simple;

-- to_tsvector refuses more than 1 MB of distinct words; a search finds what stands in the first 200,000 characters.
ALTER TABLE chat.messages ADD COLUMN words tsvector
  GENERATED ALWAYS AS (to_tsvector('chat.words', left(text, 200000))) STORED;
ALTER TABLE chat.conversations ADD COLUMN words tsvector
  GENERATED ALWAYS AS (to_tsvector('chat.words', title)) STORED;
CREATE INDEX messages_words ON chat.messages USING gin (workspace_id, words);
CREATE INDEX conversations_words ON chat.conversations USING gin (workspace_id, words);

-- The search operator is not leakproof, so under row-level security no index would serve it. This function runs as its
-- owner, past the policy, and holds to the workspace and the person of the transaction by itself.
CREATE FUNCTION chat.search(query tsquery, max_rows integer)
RETURNS TABLE (conversation_id uuid, message_id uuid, at timestamptz, rank real)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  WITH visible AS (
    SELECT c.id, c.title, c.words, c.updated_at FROM chat.conversations c
    WHERE c.workspace_id = current_setting('app.workspace_id')::uuid AND c.trashed_at IS NULL
      AND (c.owner_id = current_setting('app.user_id')::uuid OR c.shared)
  ), newest AS MATERIALIZED (
    -- Common words match many thousands of messages; the newest of these are enough to choose from.
    SELECT m.conversation_id, m.id, m.created_at, m.words FROM chat.messages m
    WHERE m.workspace_id = current_setting('app.workspace_id')::uuid AND m.words @@ query
    ORDER BY m.created_at DESC LIMIT 2000
  )
  (SELECT v.id, NULL::uuid, v.updated_at, 2 + ts_rank(v.words, query) AS rank FROM visible v
   WHERE v.words @@ query ORDER BY v.updated_at DESC LIMIT max_rows)
  UNION ALL
  (SELECT n.conversation_id, n.id, n.created_at, ts_rank(n.words, query, 1) AS rank
   FROM newest n JOIN visible v ON v.id = n.conversation_id
   ORDER BY rank DESC, n.created_at DESC LIMIT max_rows)
$$;
REVOKE EXECUTE ON FUNCTION chat.search FROM PUBLIC;
GRANT EXECUTE ON FUNCTION chat.search TO mindmesh_app;

-- Down Migration
