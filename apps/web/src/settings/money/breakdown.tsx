import type { UsageOf, UsageReport } from "@mindmesh/contracts/money";
import { SegmentedControl, Table } from "@mindmesh/ui";
import { useState } from "react";
import { Section } from "../parts/section.tsx";
import { UsageCells, UsageHeads } from "./usage-columns.tsx";

type By = "models" | "people" | "products" | "apiKeys";

const titles: Record<By, string> = { models: "Model", people: "Person", products: "Product", apiKeys: "API key" };
const nameless: Record<By, string> = {
  models: "",
  people: "Nobody (the server, or people who have left)",
  products: "",
  apiKeys: "Without an API key",
};

/** What stands as the model of answers that a person prepared; what they saved nobody knows. */
const prepared = "mindmesh/prepared";

function nameOf(by: By, { id, name }: UsageOf) {
  if (by === "models" && id === prepared) return "Prepared answers, written by hand";
  if (id === null) return nameless[by];
  return name ?? (by === "apiKeys" ? "A key that was revoked" : "Somebody who has left");
}

/** Who or what used how much, the most expensive first. */
export function Breakdown({ report }: { report: UsageReport }) {
  const [by, setBy] = useState<By>("models");
  const rows = report[by];
  const most = Math.max(...rows.map(({ costUsd }) => costUsd), 0);
  const choices: By[] = report.everybody
    ? ["models", "people", "products", "apiKeys"]
    : ["models", "products", "apiKeys"];
  return (
    <Section title="What for">
      <SegmentedControl
        label="Break down by"
        value={by}
        onValueChange={setBy}
        options={choices.map((value) => ({ value, label: titles[value] }))}
        className="mb-3 max-w-full overflow-x-auto"
      />
      <Table label={`Usage by ${titles[by]}`}>
        <thead>
          <tr>
            <th scope="col">{titles[by]}</th>
            <UsageHeads />
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id}>
              <td className="min-w-40">
                <span className="[overflow-wrap:anywhere]">{nameOf(by, row)}</span>
                <span
                  aria-hidden="true"
                  className="mt-1 block h-1 rounded-full bg-accent"
                  style={{ width: `${most === 0 ? 0 : (row.costUsd / most) * 100}%` }}
                />
              </td>
              <UsageCells of={row} knowsSaving={row.id !== prepared} />
            </tr>
          ))}
        </tbody>
      </Table>
    </Section>
  );
}
