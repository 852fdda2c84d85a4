import { Dialog, Kbd, Switch } from "@mindmesh/ui";
import { Fragment } from "react";
import { useCommands, type Command } from "./commands.ts";
import { useFrame } from "./frame.ts";
import { setSingleKeys, useSingleKeys } from "./shortcuts.ts";

/** What has two keys stands there once. */
function keysByTitle(commands: readonly Command[]) {
  const byTitle = Map.groupBy(commands, (command) => command.title);
  return [...byTitle].map(([title, same]) => [title, same.map(({ shortcut = "" }) => shortcut)] as const);
}

/** Every key that this page gives a meaning, by group: of commands, and those that a part of it listens to by itself. */
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
              {keysByTitle(withKeys.filter((command) => command.group === group)).map(([title, keys]) => (
                <div key={title} className="flex min-h-8 items-center justify-between gap-4 text-sm">
                  <dt className="text-ink">{title}</dt>
                  <dd className="flex shrink-0 items-center gap-1.5">
                    {keys.map((each, index) => (
                      <Fragment key={each}>
                        {index > 0 ? <span className="text-xs text-faint">or</span> : null}
                        <Kbd keys={each} />
                      </Fragment>
                    ))}
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
