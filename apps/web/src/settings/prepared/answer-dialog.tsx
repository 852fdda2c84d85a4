import { ClientError } from "@mindmesh/client";
import { askedAnswersBody, type PreparedAnswer, preparedAnswerBody } from "@mindmesh/contracts/prepared-answers";
import { modelTier } from "@mindmesh/contracts/routing";
import { Checkbox, Field, SegmentedControl, Select, Textarea, toast } from "@mindmesh/ui";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { z } from "zod";
import { offerQuery } from "../../models/queries.ts";
import { FormDialog } from "../parts/form-dialog.tsx";
import { tierTitles } from "../routing/tier-words.ts";
import { preparedApi } from "./api.ts";

type AnswerDialogProps = {
  workspaceId: string;
  /** The one to change; null for a new one. */
  answer: PreparedAnswer | null;
  onSaved: () => Promise<unknown>;
  onClose: () => void;
};

const any = "any";
const writers = [
  { value: "person", label: "I write it" },
  { value: "model", label: "A model writes it" },
] as const;
type Writer = (typeof writers)[number]["value"];

const linesOf = (text: string) =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");

/** Writes the answer to a question before it is asked, or has a model write it, for many values at once if wanted. */
export function AnswerDialog({ workspaceId, answer: row, onSaved, onClose }: AnswerDialogProps) {
  const [writer, setWriter] = useState<Writer>("person");
  const [question, setQuestion] = useState(row?.question ?? "");
  const [answer, setAnswer] = useState(row?.answer ?? "");
  const [values, setValues] = useState("");
  const [anySystem, setAnySystem] = useState((row?.system ?? null) === null);
  const [system, setSystem] = useState(row?.system ?? "");
  const [model, setModel] = useState<string>(row?.model ?? any);
  const [enabled, setEnabled] = useState(row?.enabled ?? true);
  const [wrong, setWrong] = useState<Record<string, string>>({});
  const { data: offer } = useQuery(offerQuery(workspaceId));
  const save = useMutation({
    mutationFn: async () => {
      const asked = { question, system: anySystem ? null : system, model: model === any ? null : model, enabled };
      if (writer === "model") {
        const body = askedAnswersBody.parse({ ...asked, values: linesOf(values) });
        const { added, known } = await preparedApi.askForAnswers({ params: { workspaceId }, body });
        toast(`${added} ${added === 1 ? "question goes" : "questions go"} to a model`, {
          ...(known > 0 && { description: `${known} had an answer already.` }),
        });
        return;
      }
      const body = preparedAnswerBody.parse({ ...asked, answer });
      if (row === null) await preparedApi.addPreparedAnswer({ params: { workspaceId }, body });
      else await preparedApi.changePreparedAnswer({ params: { workspaceId, answerId: row.id }, body });
    },
    onSuccess: async () => {
      await onSaved();
      onClose();
    },
    onError: (error) => setWrong(wrongFields(error)),
  });
  return (
    <FormDialog
      title={row === null ? "Prepare an answer" : "Change an answer"}
      size="md"
      submitLabel={writer === "model" ? "Ask" : "Save"}
      busy={save.isPending}
      error={wrong[""]}
      onSubmit={(event) => {
        event.preventDefault();
        setWrong({});
        save.mutate();
      }}
      onClose={onClose}
    >
      {row === null ? (
        <SegmentedControl label="Who writes the answer" value={writer} onValueChange={setWriter} options={writers} />
      ) : null}
      <Field
        label="Question"
        error={wrong["question"]}
        hint={
          writer === "model"
            ? "{{value}} stands for each of the values below."
            : "Upper and lower case and spaces make no difference."
        }
      >
        <Textarea
          rows={2}
          maxRows={6}
          value={question}
          onChange={({ target }) => setQuestion(target.value)}
          autoFocus
        />
      </Field>
      {writer === "person" ? (
        <Field label="Answer" error={wrong["answer"]}>
          <Textarea rows={4} maxRows={14} value={answer} onChange={({ target }) => setAnswer(target.value)} />
        </Field>
      ) : (
        <Field
          label="Values"
          error={wrong["values"]}
          hint={`One a line, for {{value}}: ${linesOf(values).length || "no"} values.`}
        >
          <Textarea rows={3} maxRows={8} value={values} onChange={({ target }) => setValues(target.value)} />
        </Field>
      )}
      <Field label="For requests that name" error={wrong["model"]}>
        <Select
          options={[
            { value: any, label: "Any model" },
            ...modelTier.options.map((tier) => ({ value: tier, label: tierTitles[tier], group: "Tiers" })),
            ...(offer?.items ?? []).map(({ id, name, providerLabel }) => ({
              value: id,
              label: name,
              group: providerLabel,
            })),
          ]}
          value={model}
          onValueChange={setModel}
        />
      </Field>
      <Checkbox
        label="Whatever the system prompt says"
        checked={anySystem}
        onCheckedChange={(checked) => setAnySystem(checked === true)}
      />
      {anySystem ? null : (
        <Field label="System prompt" error={wrong["system"]} hint="Exactly this one; empty for requests without one.">
          <Textarea rows={2} maxRows={8} value={system} onChange={({ target }) => setSystem(target.value)} />
        </Field>
      )}
      <Checkbox
        label={writer === "model" ? "Give the answers as soon as they are there" : "Give this answer"}
        checked={enabled}
        onCheckedChange={(checked) => setEnabled(checked === true)}
      />
    </FormDialog>
  );
}

/** What is wrong, by field; under the empty name what concerns the whole. */
function wrongFields(error: unknown): Record<string, string> {
  if (error instanceof ClientError) {
    return Object.keys(error.fields).length > 0 ? error.fields : { "": error.message };
  }
  const issues = (error as Partial<z.ZodError>).issues ?? [];
  if (issues.length === 0) return { "": "Something went wrong on this page." };
  return Object.fromEntries(issues.map(({ path, message }) => [String(path[0] ?? ""), message]));
}
