import { Dialog, Kbd, Switch } from "@mindmesh/ui";
import { useCommands } from "./commands.ts";
import { useFrame } from "./frame.ts";
import { setSingleKeys, useSingleKeys } from "./shortcuts.ts";

/** Every key that does something on this page, by group. */
export function ShortcutHelp() {
  const open = useFrame((frame) => frame.helpOpen);
  const commands = useCommands((state) => state.commands);
  const singleKeys = useSingleKeys((state) => state.on);
  const withKeys = commands.filter((command) => command.shortcut);
  const groups = [...new Set(withKeys.map((command) => command.group))];
  return (
    <Dialog
      open={open}
      onOpenChange={(helpOpen) => useFrame.setState({ helpOpen })}
      title="Keyboard shortcuts"
      size="lg"
    >
      <div className="gap-x-10 md:columns-2">
        {groups.map((group) => (
          <section key={group} className="mb-5 break-inside-avoid">
            <h3 className="mb-1 text-xs font-medium text-faint">{group}</h3>
            <dl>
              {withKeys
                .filter((command) => command.group === group)
                .map((command) => (
                  <div key={command.id} className="flex min-h-8 items-center justify-between gap-4 text-sm">
                    <dt className="text-ink">{command.title}</dt>
                    <dd>
                      <Kbd keys={command.shortcut ?? ""} />
                    </dd>
                  </div>
                ))}
            </dl>
          </section>
        ))}
      </div>
      <Switch
        className="border-t border-line pt-4"
        label="Single-key shortcuts"
        hint="Off leaves only those with Ctrl or ⌘."
        checked={singleKeys}
        onCheckedChange={setSingleKeys}
      />
    </Dialog>
  );
}
