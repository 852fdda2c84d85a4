import { ClientError } from "@mindmesh/client";
import { Button, Textarea, toast } from "@mindmesh/ui";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import Pencil from "lucide-react/icons/pencil";
import { useState } from "react";
import { documentationApi, documentationKeyOf } from "./queries.ts";

type DescriptionFieldProps = {
  workspaceId: string;
  connectionId: string;
  table: { schema: string; name: string };
  column: string | null;
  /** What the database itself says. */
  comment: string | null;
  /** What people have added. */
  text: string;
  mayDescribe: boolean;
};

/** What is said of a table or column; with a click it becomes a field. */
export function DescriptionField(props: DescriptionFieldProps) {
  const { workspaceId, connectionId, table, column, comment, text, mayDescribe } = props;
  const [draft, setDraft] = useState<string | null>(null);
  const queryClient = useQueryClient();
  const save = useMutation({
    mutationFn: (said: string) =>
      documentationApi.describe({
        params: { workspaceId, connectionId },
        body: { schema: table.schema, table: table.name, column, text: said },
      }),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: documentationKeyOf(workspaceId, connectionId) });
      setDraft(null);
    },
    onError: (error) =>
      toast(error instanceof ClientError ? error.message : "It could not be kept.", { tone: "danger" }),
  });
  const label = `Description of ${column ?? table.name}`;
  if (draft !== null) {
    return (
      <form
        className="flex flex-col gap-2 py-1"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate(draft);
        }}
      >
        <Textarea
          // oxlint-disable-next-line jsx-a11y/no-autofocus -- the person has just asked for this field
          autoFocus
          aria-label={label}
          rows={2}
          maxLength={4000}
          value={draft}
          onChange={(event) => setDraft(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Escape") setDraft(null);
            if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) save.mutate(draft);
          }}
        />
        <div className="flex gap-2">
          <Button size="sm" type="submit" variant="primary" busy={save.isPending}>
            Save
          </Button>
          <Button size="sm" variant="ghost" onClick={() => setDraft(null)}>
            Cancel
          </Button>
        </div>
      </form>
    );
  }
  const said = [comment, text].filter((part) => part !== null && part !== "");
  return (
    <div className="group/field flex min-w-0 items-center gap-2">
      <p className={said.length > 0 ? "min-w-0 text-ink" : "min-w-0 text-faint"}>
        {said.length > 0 ? said.join(" — ") : "Not described"}
      </p>
      {mayDescribe ? (
        <button
          type="button"
          aria-label={
            text === "" ? `Describe ${column ?? table.name}` : `Change the description of ${column ?? table.name}`
          }
          className="-my-0.5 flex size-6 shrink-0 items-center justify-center rounded-xs text-faint opacity-0 hover:bg-hover hover:text-ink focus-visible:opacity-100 group-hover/field:opacity-100 touch:size-11 touch:opacity-100"
          onClick={() => setDraft(text)}
        >
          <Pencil aria-hidden="true" className="size-3.5" />
        </button>
      ) : null}
    </div>
  );
}
