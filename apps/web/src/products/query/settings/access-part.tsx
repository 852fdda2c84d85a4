import { Checkbox, confirm, Switch } from "@mindmesh/ui";
import { Section } from "../../../settings/parts/section.tsx";
import type { SectionProps } from "../sections.tsx";
import { useChange } from "./use-change.ts";

const openable = [
  { role: "developer", label: "Developers", hint: "They also read schemas anew and confirm keys." },
  { role: "analyst", label: "Analysts", hint: "They read, ask and save queries." },
  { role: "member", label: "Members", hint: "Everybody else who writes in this workspace." },
] as const;

/** Who may use a connection, and whether statements may write. */
export function AccessPart({ workspaceId, connection }: SectionProps) {
  const change = useChange(workspaceId, connection);
  const asked = change.isPending ? change.variables : null;
  const roles = (asked?.roles ?? connection.roles) as readonly string[];
  const readOnly = asked?.readOnly ?? connection.readOnly;
  const setReadOnly = async (next: boolean) => {
    const sure =
      next ||
      (await confirm({
        title: "Let statements write?",
        description:
          "Owners and admins can then change data here, after a preview of the rows that it affects and a confirmation. A model alone never can. Use a login that may write no more than it has to.",
        confirmLabel: "Allow writing",
        danger: true,
      }));
    if (sure) change.mutate({ readOnly: next });
  };
  return (
    <Section title="Who may use it" description="Owners and admins always may, viewers never.">
      <div className="flex flex-col gap-3">
        <fieldset className="flex flex-col gap-3 touch:gap-0">
          <legend className="sr-only">Roles that may use it</legend>
          {openable.map(({ role, label, hint }) => (
            <Checkbox
              key={role}
              label={label}
              hint={hint}
              disabled={change.isPending}
              checked={roles.includes(role)}
              onCheckedChange={(checked) =>
                change.mutate({
                  roles: openable
                    .map((each) => each.role)
                    .filter((each) => (each === role ? checked === true : roles.includes(each))),
                })
              }
            />
          ))}
        </fieldset>
        {connection.network === null ? null : (
          <Switch
            label="Read only"
            hint="Nothing that is run here can change data."
            disabled={change.isPending}
            checked={readOnly}
            onCheckedChange={(next) => void setReadOnly(next)}
          />
        )}
      </div>
    </Section>
  );
}
