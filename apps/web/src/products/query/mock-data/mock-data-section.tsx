import { ClientError } from "@mindmesh/client";
import type { TableName } from "@mindmesh/contracts/query/catalog";
import { mostPlanned, type MockLocale, type MockPlan, mockLocales } from "@mindmesh/contracts/query/mock-data";
import { Button, EmptyState, ErrorState, Field, Input, Select, Skeleton } from "@mindmesh/ui";
import { useQuery } from "@tanstack/react-query";
import Sprout from "lucide-react/icons/sprout";
import { useState } from "react";
import { schemaQuery } from "../queries.ts";
import type { SectionProps } from "../sections.tsx";
import { PlanEditor } from "./plan-editor.tsx";
import { suggestedPlanQuery } from "./queries.ts";
import { TableChooser } from "./table-chooser.tsx";

const languageNames = new Intl.DisplayNames(["en"], { type: "language" });
const locales = mockLocales.map((value) => ({ value, label: languageNames.of(value.replace("_", "-")) ?? value }));

/** Made-up rows for the tables of a connection: planned, looked at, then written or downloaded. */
export function MockDataSection({ workspaceId, connection }: SectionProps) {
  const [seed, setSeed] = useState(1);
  const [locale, setLocale] = useState<MockLocale>("en");
  const [chosen, setChosen] = useState<TableName[] | null>(null);
  const schema = useQuery(schemaQuery(workspaceId, connection.id));
  const tables = schema.data?.tables.filter(({ kind }) => kind === "table" || kind === "partitioned table") ?? [];
  const isTooMany = tables.length > mostPlanned;
  const mustChoose = isTooMany && chosen === null;
  const suggested = useQuery({
    ...suggestedPlanQuery(workspaceId, connection.id, { seed: 1, locale: "en", rows: 100, tables: chosen }),
    enabled: !schema.isPending && !mustChoose,
  });
  const [changed, setChanged] = useState<MockPlan | null>(null);
  const base = changed ?? suggested.data?.plan ?? null;
  return (
    <div className="h-full overflow-y-auto">
      <div className="mx-auto flex max-w-6xl flex-col gap-5 px-4 py-5 sm:px-6">
        <header className="flex flex-wrap items-end gap-x-4 gap-y-3">
          <div className="min-w-48 flex-1 phone:min-w-full">
            <h2 className="text-base font-semibold text-ink">Mock data</h2>
            <p className="text-sm text-faint">
              Believable rows that keep types, keys, references and checks. The same seed makes the same rows.
            </p>
          </div>
          {isTooMany && chosen !== null ? (
            <Button
              onClick={() => {
                setChanged(null);
                setChosen(null);
              }}
            >
              Other tables
            </Button>
          ) : null}
          <Field label="Seed" className="w-24">
            <Input
              inputMode="numeric"
              value={String(seed)}
              onChange={(event) => setSeed(Math.min(4_294_967_295, Number(event.target.value.replace(/\D/g, ""))))}
            />
          </Field>
          <Field label="Language" className="w-44">
            <Select options={locales} value={locale} onValueChange={(value) => setLocale(value as MockLocale)} />
          </Field>
        </header>
        {mustChoose ? (
          <TableChooser tables={tables} onChoose={setChosen} />
        ) : suggested.isPending ? (
          <Skeleton className="h-80 w-full" />
        ) : base === null ? (
          <WhyNot error={suggested.error} retry={() => void suggested.refetch()} />
        ) : (
          <PlanEditor
            workspaceId={workspaceId}
            connection={connection}
            plan={{ ...base, seed, locale }}
            onChange={setChanged}
          />
        )}
      </div>
    </div>
  );
}

function WhyNot({ error, retry }: { error: Error | null; retry: () => void }) {
  if (error instanceof ClientError && error.code === "conflict") {
    return <EmptyState icon={<Sprout aria-hidden="true" />} title="No schema yet" description={error.message} />;
  }
  return <ErrorState description={error?.message ?? "No plan could be made."} onRetry={retry} />;
}
