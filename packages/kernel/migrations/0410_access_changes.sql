-- Up Migration

-- Servers keep whose a key is while it is used: they hear at once when a key, a membership or an account changes or ends.
CREATE FUNCTION kernel.tell_access_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('mindmesh_access', CASE TG_TABLE_NAME WHEN 'api_keys' THEN 'key:' || (to_jsonb(OLD) ->> 'id')
    WHEN 'people' THEN 'person:' || (to_jsonb(OLD) ->> 'id') ELSE 'person:' || (to_jsonb(OLD) ->> 'person_id') END);
  RETURN NULL;
END $$;
CREATE TRIGGER tell_changed AFTER UPDATE OF secret_hash, scope, expires_at, person_id OR DELETE ON kernel.api_keys
  FOR EACH ROW EXECUTE FUNCTION kernel.tell_access_changed();
CREATE TRIGGER tell_changed AFTER UPDATE OR DELETE ON kernel.members
  FOR EACH ROW EXECUTE FUNCTION kernel.tell_access_changed();
CREATE TRIGGER tell_changed AFTER UPDATE OF name, email, disabled_at OR DELETE ON kernel.people
  FOR EACH ROW EXECUTE FUNCTION kernel.tell_access_changed();

-- Down Migration
