-- Up Migration
-- Chinese, Japanese, Thai, Lao, Khmer and Burmese are written without spaces: each letter of theirs becomes a word of
-- its own, and a query looks for them one after the other. U+001F parts them, which no text search parser takes for a
-- letter, whatever the locale, and which is easily taken out of a headline again.
CREATE FUNCTION chat.apart(written text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT regexp_replace(
    written,
    '([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])',
    E'\x1f\\1\x1f', 'g')
$$;

ALTER TABLE chat.messages DROP COLUMN words;
ALTER TABLE chat.messages ADD COLUMN words tsvector
  GENERATED ALWAYS AS (to_tsvector('chat.words', chat.apart(left(text, 200000)))) STORED;
ALTER TABLE chat.conversations DROP COLUMN words;
ALTER TABLE chat.conversations ADD COLUMN words tsvector
  GENERATED ALWAYS AS (to_tsvector('chat.words', chat.apart(title))) STORED;
CREATE INDEX messages_words ON chat.messages USING gin (workspace_id, words);
CREATE INDEX conversations_words ON chat.conversations USING gin (workspace_id, words);

-- Of a word that is everywhere (a letter, while one types) the index brings every message of the workspace, which takes
-- seconds among 200,000. So the newest messages of what the person may see are read first: when many of these match, the
-- best are chosen among them; when few do, the word is rare and the index brings few.
CREATE OR REPLACE FUNCTION chat.search(query tsquery, max_rows integer)
RETURNS TABLE (conversation_id uuid, message_id uuid, at timestamptz, rank real)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE
  workspace CONSTANT uuid := current_setting('app.workspace_id')::uuid;
  person CONSTANT uuid := current_setting('app.user_id')::uuid;
  enough CONSTANT integer := 2 * max_rows;
  recent uuid[];
BEGIN
  RETURN QUERY
    SELECT c.id, NULL::uuid, c.updated_at, (2 + ts_rank(c.words, query))::real FROM chat.conversations c
    WHERE c.workspace_id = workspace AND c.trashed_at IS NULL AND (c.owner_id = person OR c.shared) AND c.words @@ query
    ORDER BY c.updated_at DESC LIMIT max_rows;

  SELECT array_agg(r.id) INTO recent FROM (
    SELECT m.id, m.words
    FROM (SELECT c.id FROM chat.conversations c
          WHERE c.workspace_id = workspace AND c.trashed_at IS NULL AND (c.owner_id = person OR c.shared)
          ORDER BY c.updated_at DESC LIMIT 200) v
    CROSS JOIN LATERAL (SELECT m.id, m.words FROM chat.messages m
                        WHERE m.workspace_id = workspace AND m.conversation_id = v.id
                        ORDER BY m.created_at DESC LIMIT 200) m
    LIMIT 2000
  ) r WHERE r.words @@ query;

  IF cardinality(recent) >= enough THEN
    RETURN QUERY
      SELECT m.conversation_id, m.id, m.created_at, ts_rank(m.words, query, 1) AS rank FROM chat.messages m
      WHERE m.workspace_id = workspace AND m.id = ANY (recent)
      ORDER BY rank DESC, m.created_at DESC LIMIT max_rows;
  ELSE
    RETURN QUERY
      WITH newest AS MATERIALIZED (
        SELECT m.conversation_id, m.id, m.created_at, m.words FROM chat.messages m
        WHERE m.workspace_id = workspace AND m.words @@ query
        ORDER BY m.created_at DESC LIMIT 2000
      )
      SELECT n.conversation_id, n.id, n.created_at, ts_rank(n.words, query, 1) AS rank
      FROM newest n JOIN chat.conversations c ON c.workspace_id = workspace AND c.id = n.conversation_id
      WHERE c.trashed_at IS NULL AND (c.owner_id = person OR c.shared)
      ORDER BY rank DESC, n.created_at DESC LIMIT max_rows;
  END IF;
END
$$;

-- Down Migration
