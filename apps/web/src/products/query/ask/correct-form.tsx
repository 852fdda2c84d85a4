import { ClientError } from "@mindmesh/client";
import type { AskTurn } from "@mindmesh/contracts/query/ask";
import { Button, Field, Textarea, toast } from "@mindmesh/ui";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { askApi } from "./api.ts";
import { type Place, turnsKeyOf } from "./queries.ts";

type CorrectFormProps = { place: Place; turn: AskTurn; sql: string; onDone: () => void };

/** The statement as it should have been; later questions learn from it. */
export function CorrectForm({ place, turn, sql, onDone }: CorrectFormProps) {
  const queryClient = useQueryClient();
  const [text, setText] = useState(sql);
  const save = useMutation({
    mutationFn: () => askApi.rateTurn({ params: { ...place, turnId: turn.id }, body: { thumb: "down", sql: text } }),
    onSuccess: async () => {
      toast("Kept as an example for later questions.");
      await queryClient.invalidateQueries({ queryKey: turnsKeyOf(place) });
      onDone();
    },
  });
  const { error } = save;
  const problem =
    error instanceof ClientError ? (error.fields?.["sql"] ?? error.message) : error ? "It could not be kept." : null;
  return (
    <form
      className="flex flex-col gap-3 rounded-md border border-line p-3"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Field
        label="The statement that answers the question"
        hint="It is checked against the schema before it is kept."
        {...(problem !== null && { error: problem })}
      >
        <Textarea
          rows={6}
          maxRows={16}
          className="font-mono text-xs"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </Field>
      <div className="flex justify-end gap-2">
        <Button variant="ghost" onClick={onDone}>
          Cancel
        </Button>
        <Button type="submit" variant="primary" busy={save.isPending} disabled={text.trim() === ""}>
          Keep as example
        </Button>
      </div>
    </form>
  );
}
