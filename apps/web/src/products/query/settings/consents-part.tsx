import type { Consents } from "@mindmesh/contracts/query/connections";
import { Switch } from "@mindmesh/ui";
import { Section } from "../../../settings/parts/section.tsx";
import type { SectionProps } from "../sections.tsx";
import { useChange } from "./use-change.ts";

const consents: readonly { name: keyof Consents; label: string; hint: string }[] = [
  {
    name: "names",
    label: "Names",
    hint: "Names of tables and columns, their types, keys and comments. Without them no model can write a query.",
  },
  {
    name: "statistics",
    label: "Statistics",
    hint: "How many rows there are, how many values differ, how many are missing. No value itself.",
  },
  {
    name: "samples",
    label: "Sample values",
    hint: "The most common, smallest and largest values of columns. They can be about people: think of names, addresses, salaries.",
  },
];

/** What of a database may go to a model, each given for itself. */
export function ConsentsPart({ workspaceId, connection }: SectionProps) {
  const change = useChange(workspaceId, connection);
  const given = (change.isPending ? change.variables.consents : null) ?? connection.consents;
  return (
    <Section
      title="What may go to a model"
      description="Nothing does until you allow it. What is allowed is sent to the provider of the model that is used; what is hidden below never is."
    >
      <div className="flex flex-col gap-4">
        {consents.map(({ name, label, hint }) => (
          <Switch
            key={name}
            label={label}
            hint={hint}
            disabled={change.isPending}
            checked={given[name]}
            onCheckedChange={(checked) => change.mutate({ consents: { ...given, [name]: checked } })}
          />
        ))}
      </div>
    </Section>
  );
}
