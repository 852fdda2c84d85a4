import { ClientError } from "@mindmesh/client";
import type { GlossaryTerm, TermBinding, TermBody } from "@mindmesh/contracts/query/glossary";
import { Button, Field, Input, Select, Textarea } from "@mindmesh/ui";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { completionQuery } from "../workbench/queries.ts";
import { glossaryApi } from "../ask/api.ts";
import { type Place, glossaryKeyOf } from "../ask/queries.ts";

type Meaning = "words" | "binding" | "measure" | "condition";
const meanings = [
  { value: "binding", label: "A table or a column" },
  { value: "measure", label: "A figure, such as sum(price)" },
  { value: "condition", label: "A condition, such as status = 'paid'" },
  { value: "words", label: "Words only" },
];

type TermFormProps = { place: Place; term: GlossaryTerm | null; onDone: () => void };

const placeText = ({ schema, table, column }: TermBinding) => JSON.stringify([schema, table, column]);
const placeOf = (text: string): TermBinding | null => {
  if (text === "") return null;
  const [schema, table, column] = JSON.parse(text) as [string, string, string | null];
  return { schema, table, column };
};

/** A term: its words, and what it stands for in the schema. */
export function TermForm({ place, term, onDone }: TermFormProps) {
  const queryClient = useQueryClient();
  const completion = useQuery(completionQuery(place));
  const [name, setName] = useState(term?.term ?? "");
  const [synonyms, setSynonyms] = useState(term?.synonyms.join(", ") ?? "");
  const [definition, setDefinition] = useState(term?.definition ?? "");
  const [meaning, setMeaning] = useState<Meaning>(
    term?.fragment?.kind ?? (term && term.bindings.length === 0 ? "words" : "binding"),
  );
  const [bound, setBound] = useState(() => {
    if (term?.fragment) return placeText({ ...term.fragment, column: null });
    return term?.bindings[0] ? placeText(term.bindings[0]) : "";
  });
  const [sql, setSql] = useState(term?.fragment?.sql ?? "");
  const save = useMutation({
    mutationFn: async () => {
      const target = placeOf(bound);
      const isFragment = meaning === "measure" || meaning === "condition";
      const body: TermBody = {
        term: name,
        synonyms: synonyms
          .split(",")
          .map((each) => each.trim())
          .filter(Boolean),
        definition,
        bindings: meaning === "binding" && target ? [target, ...(term?.bindings.slice(1) ?? [])] : [],
        fragment: isFragment
          ? { kind: meaning, schema: target?.schema ?? "", table: target?.table ?? "", sql: sql.trim() }
          : null,
      };
      return term
        ? glossaryApi.updateTerm({ params: { ...place, termId: term.id }, body: { ...body, version: term.version } })
        : glossaryApi.createTerm({ params: { ...place }, body });
    },
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: glossaryKeyOf(place) });
      onDone();
    },
  });
  const { error } = save;
  const fields = error instanceof ClientError ? (error.fields ?? {}) : {};
  const atField = (...names: string[]) => {
    const found = names.map((each) => fields[each]).find((text) => text !== undefined);
    return found === undefined ? {} : { error: found };
  };
  const hasFieldError = Object.keys(fields).length > 0;
  const tables = completion.data?.tables ?? [];
  const target = placeOf(bound);
  const wholeTable = target && placeText({ ...target, column: null });
  const tableOptions = tables.map((table) => ({
    value: placeText({ schema: table.schema, table: table.name, column: null }),
    label: table.name,
    hint: table.schema,
  }));
  const columns =
    tables.find(({ schema, name: own }) => schema === target?.schema && own === target.table)?.columns ?? [];
  const columnOptions = [
    { value: wholeTable ?? "", label: "The table itself" },
    ...columns.map((column) => ({
      value: target ? placeText({ ...target, column: column.name }) : "",
      label: column.name,
      hint: column.type,
    })),
  ];
  return (
    <form
      noValidate
      aria-label={term ? `Change ${term.term}` : "New term"}
      className="flex flex-col gap-4 rounded-lg border border-line-strong px-4 py-4"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      {error && !hasFieldError ? (
        <p role="alert" className="text-sm text-danger-ink">
          {error instanceof ClientError ? error.message : "It could not be saved."}
        </p>
      ) : null}
      <div className="grid grid-cols-2 gap-4 phone:grid-cols-1">
        <Field label="Term" {...atField("term")}>
          <Input autoFocus value={name} onChange={(event) => setName(event.target.value)} />
        </Field>
        <Field label="Also called" hint="Separated by commas" {...atField("synonyms")}>
          <Input value={synonyms} onChange={(event) => setSynonyms(event.target.value)} />
        </Field>
      </div>
      <Field label="What it means" {...atField("definition")}>
        <Textarea rows={2} value={definition} onChange={(event) => setDefinition(event.target.value)} />
      </Field>
      <div className="grid grid-cols-2 gap-4 phone:grid-cols-1">
        <Field label="Stands for">
          <Select
            aria-label="Stands for"
            value={meaning}
            onValueChange={(value) => setMeaning(value as Meaning)}
            options={meanings}
          />
        </Field>
        {meaning === "words" ? null : (
          <Field label="Table" {...atField("bindings", "bindings.0", "fragment.table", "fragment.schema")}>
            <Select
              aria-label="Table"
              placeholder={tables.length === 0 ? "The schema has not been read" : "Choose"}
              disabled={tables.length === 0}
              value={wholeTable ?? ""}
              onValueChange={setBound}
              options={tableOptions}
            />
          </Field>
        )}
        {meaning === "binding" && target ? (
          <Field label="Column">
            <Select aria-label="Column" value={bound} onValueChange={setBound} options={columnOptions} />
          </Field>
        ) : null}
      </div>
      {meaning === "measure" || meaning === "condition" ? (
        <Field
          label={meaning === "measure" ? "SQL of the figure" : "SQL of the condition"}
          hint="With the names of that table's columns"
          {...atField("fragment", "fragment.sql")}
        >
          <Input
            className="font-mono"
            spellCheck={false}
            placeholder={meaning === "measure" ? "sum(quantity * price)" : "status = 'paid'"}
            value={sql}
            onChange={(event) => setSql(event.target.value)}
          />
        </Field>
      ) : null}
      <div className="flex justify-end gap-2">
        <Button variant="ghost" onClick={onDone}>
          Cancel
        </Button>
        <Button type="submit" variant="primary" busy={save.isPending}>
          Save term
        </Button>
      </div>
    </form>
  );
}
