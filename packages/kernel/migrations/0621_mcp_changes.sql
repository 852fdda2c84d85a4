-- Up Migration

-- Every server hears at once when outside MCP servers or what is known of their tools change.
CREATE TRIGGER tell_changed AFTER INSERT OR UPDATE OF name, url, envelope OR DELETE ON kernel.mcp_servers
  FOR EACH ROW EXECUTE FUNCTION kernel.tell_setting_changed();
CREATE TRIGGER tell_changed AFTER INSERT OR DELETE
  OR UPDATE OF title, purpose, input_schema, definition_hash, seen_hash, risk, enabled ON kernel.mcp_tools
  FOR EACH ROW EXECUTE FUNCTION kernel.tell_setting_changed();

-- Down Migration
