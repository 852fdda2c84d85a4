import { zodResolver } from "@hookform/resolvers/zod";
import { workspaceRoutes } from "@mindmesh/contracts/workspaces";
import { Button, Dialog, DialogClose, Field, Input } from "@mindmesh/ui";
import { useId } from "react";
import { useForm, useWatch } from "react-hook-form";
import { FormError } from "../../identity/form-error.tsx";
import { workspaceApi } from "../api.ts";
import { submitTo } from "../parts/submit-to.ts";

type DeleteWorkspaceDialogProps = { workspaceId: string; name: string; onClose: () => void };

/** Asks for the workspace's name before it is deleted. */
export function DeleteWorkspaceDialog({ workspaceId, name, onClose }: DeleteWorkspaceDialogProps) {
  const formId = useId();
  const form = useForm({ resolver: zodResolver(workspaceRoutes.deleteWorkspace.body), defaultValues: { name: "" } });
  const { errors, isSubmitting } = form.formState;
  const typed = useWatch({ control: form.control, name: "name" });
  const submit = submitTo(form, async (body) => {
    await workspaceApi.deleteWorkspace({ params: { workspaceId }, body });
    // A fresh start: nothing of the workspace may stay on the page.
    window.location.assign("/");
  });
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title="Delete this workspace for ever?"
      description={`This cannot be undone. To confirm, type its name: ${name}`}
      size="sm"
      footer={
        <>
          <DialogClose>
            <Button>Cancel</Button>
          </DialogClose>
          <Button type="submit" form={formId} variant="danger" busy={isSubmitting} disabled={typed.trim() !== name}>
            Delete workspace
          </Button>
        </>
      }
    >
      <form id={formId} onSubmit={submit} noValidate className="flex flex-col gap-4">
        <FormError message={errors.root?.message} />
        <Field label="Workspace’s name" error={errors.name?.message}>
          <Input {...form.register("name")} autoComplete="off" spellCheck={false} autoFocus />
        </Field>
      </form>
    </Dialog>
  );
}
