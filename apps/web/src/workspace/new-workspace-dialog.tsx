import { zodResolver } from "@hookform/resolvers/zod";
import { workspaceRoutes } from "@mindmesh/contracts/workspaces";
import { Button, Dialog, DialogClose, Field, Input } from "@mindmesh/ui";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useId } from "react";
import { useForm } from "react-hook-form";
import { FormError } from "../identity/form-error.tsx";
import { meQuery } from "../identity/queries.ts";
import { workspaceApi } from "../settings/api.ts";
import { submitTo } from "../settings/parts/submit-to.ts";

/** Makes another workspace and opens the page where others are invited into it. */
export function NewWorkspaceDialog({ onClose }: { onClose: () => void }) {
  const id = useId();
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
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title="New workspace"
      description="You own it and can invite others into it."
      size="sm"
      footer={
        <>
          <DialogClose>
            <Button>Cancel</Button>
          </DialogClose>
          <Button type="submit" form={id} variant="primary" busy={isSubmitting}>
            Make workspace
          </Button>
        </>
      }
    >
      <form id={id} onSubmit={submit} noValidate className="flex flex-col gap-4">
        <FormError message={errors.root?.message} />
        <Field label="Name" error={errors.name?.message}>
          <Input {...form.register("name")} autoComplete="off" autoFocus />
        </Field>
      </form>
    </Dialog>
  );
}
