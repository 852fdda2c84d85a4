import type { HiddenObject } from "@mindmesh/contracts/query/connections";
import { Button, IconButton } from "@mindmesh/ui";
import { useQuery } from "@tanstack/react-query";
import EyeOff from "lucide-react/icons/eye-off";
import X from "lucide-react/icons/x";
import { useState } from "react";
import { Row, Rows, Section } from "../../../settings/parts/section.tsx";
import { schemaQuery } from "../queries.ts";
import type { SectionProps } from "../sections.tsx";
import { HidePicker } from "./hide-picker.tsx";
import { useChange } from "./use-change.ts";

const keyOf = ({ schema, table, column }: HiddenObject) => JSON.stringify([schema, table, column]);
const wordsOf = ({ schema, table, column }: HiddenObject) =>
  [schema, table, column].filter((part) => part !== null && part !== "").join(".");

/** Tables and columns that nobody sees here. */
export function HiddenPart({ workspaceId, connection }: SectionProps) {
  const change = useChange(workspaceId, connection);
  const schema = useQuery(schemaQuery(workspaceId, connection.id));
  const [picking, setPicking] = useState(false);
  const { hidden } = connection;
  return (
    <Section
      title="Hidden tables and columns"
      description="Nobody sees them here: not in the schema, not in completion, not by a statement, not by a model. Owners and admins neither."
      action={
        <Button
          icon={<EyeOff />}
          disabled={!schema.data || schema.data.takenAt === null}
          onClick={() => setPicking(true)}
        >
          Hide…
        </Button>
      }
    >
      {hidden.length === 0 ? (
        <p className="text-sm text-muted">
          {schema.data?.takenAt === null ? "Read the schema first, to choose from it." : "Nothing is hidden."}
        </p>
      ) : (
        <Rows label="Hidden tables and columns">
          {hidden.map((each) => (
            <Row key={keyOf(each)} title={wordsOf(each)} detail={each.column === null ? "the whole table" : "a column"}>
              <IconButton
                size="sm"
                label={`Show ${wordsOf(each)} again`}
                icon={<X />}
                disabled={change.isPending}
                onClick={() => change.mutate({ hidden: hidden.filter((other) => keyOf(other) !== keyOf(each)) })}
              />
            </Row>
          ))}
        </Rows>
      )}
      {picking && schema.data ? (
        <HidePicker
          tables={schema.data.tables}
          onClose={() => setPicking(false)}
          onHide={(chosen) => {
            setPicking(false);
            change.mutate({ hidden: [...hidden, ...chosen] });
          }}
        />
      ) : null}
    </Section>
  );
}
