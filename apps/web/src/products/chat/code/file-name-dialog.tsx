import { zodResolver } from "@hookform/resolvers/zod";
import { sourcePath, type EditorFile } from "@mindmesh/contracts/runs";
import { Field, Input } from "@mindmesh/ui";
import { useQueryClient } from "@tanstack/react-query";
import { useForm } from "react-hook-form";
import { z } from "zod";
import { FormDialog } from "../../../settings/parts/form-dialog.tsx";
import { submitTo } from "../../../settings/parts/submit-to.ts";
import { makeFile, renameFile } from "./editor-files.ts";
import { newPath } from "./languages.ts";
import type { Place } from "./queries.ts";

type FileNameDialogProps = {
  place: Place;
  files: readonly EditorFile[];
  /** The file that gets another name; null for a new one. */
  renamed: EditorFile | null;
  onClose: () => void;
};

/** Asks for the name of a new file, or the new one of another. */
export function FileNameDialog({ place, files, renamed, onClose }: FileNameDialogProps) {
  const queryClient = useQueryClient();
  const taken = files.map(({ path }) => path);
  const fields = z.object({
    path: sourcePath.refine((path) => path === renamed?.path || !taken.includes(path), "There is a file of that name."),
  });
  const form = useForm({
    resolver: zodResolver(fields),
    defaultValues: { path: renamed?.path ?? newPath("python", taken) },
  });
  const { errors, isSubmitting } = form.formState;
  const submit = submitTo(form, async ({ path }) => {
    if (!renamed) await makeFile(queryClient, place, path, "");
    else if (path !== renamed.path) await renameFile(queryClient, place, renamed, path);
    onClose();
  });
  return (
    <FormDialog
      title={renamed ? "Rename the file" : "New file"}
      submitLabel={renamed ? "Rename" : "Make the file"}
      busy={isSubmitting}
      error={errors.root?.message}
      onSubmit={submit}
      onClose={onClose}
    >
      <Field
        label="Name"
        error={errors.path?.message}
        hint="Its ending tells the language: .py, .js, .ts, .sh. Anything else is a file that they can read."
      >
        <Input
          {...form.register("path")}
          autoFocus
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          className="font-mono"
          onFocus={({ target }) => {
            const dot = target.value.lastIndexOf(".");
            target.setSelectionRange(0, dot === -1 ? target.value.length : dot);
          }}
        />
      </Field>
    </FormDialog>
  );
}
