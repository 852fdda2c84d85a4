import { zodResolver } from "@hookform/resolvers/zod";
import { workspaceRoutes } from "@mindmesh/contracts/workspaces";
import { Field, Input } from "@mindmesh/ui";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useForm } from "react-hook-form";
import { meQuery } from "../identity/queries.ts";
import { workspaceApi } from "../settings/api.ts";
import { FormDialog } from "../settings/parts/form-dialog.tsx";
import { submitTo } from "../settings/parts/submit-to.ts";

/** Makes another workspace and opens the page where others are invited into it. */
export function NewWorkspaceDialog({ onClose }: { onClose: () => void }) {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const form = useForm({ resolver: zodResolver(workspaceRoutes.createWorkspace.body), defaultValues: { name: "" } });
  const { errors, isSubmitting } = form.formState;
  const submit = submitTo(form, async (body) => {
    const made = await workspaceApi.createWorkspace({ body });
    queryClient.setQueryData(meQuery.queryKey, (old) => old && { ...old, workspaces: [...old.workspaces, made] });
    onClose();
    await navigate({ to: "/w/$workspaceId/settings/$page", params: { workspaceId: made.id, page: "members" } });
  });
  return (
    <FormDialog
      title="New workspace"
      description="You own it and can invite others into it."
      submitLabel="Make workspace"
      busy={isSubmitting}
      error={errors.root?.message}
      onSubmit={submit}
      onClose={onClose}
    >
      <Field label="Name" error={errors.name?.message}>
        <Input {...form.register("name")} autoComplete="off" autoFocus />
      </Field>
    </FormDialog>
  );
}
