-- Up Migration
-- Programs that show presets as prompts hear of changes.
CREATE TRIGGER tell_changed AFTER INSERT OR UPDATE OR DELETE ON chat.presets
  FOR EACH ROW EXECUTE FUNCTION kernel.tell_setting_changed();

-- Down Migration
