import { zodResolver } from "@hookform/resolvers/zod";
import { workspaceRoutes } from "@mindmesh/contracts/workspaces";
import { Button, Dialog, DialogClose, Field, Input } from "@mindmesh/ui";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useId, useState } from "react";
import { useForm } from "react-hook-form";
import { FormError } from "../../identity/form-error.tsx";
import { meQuery } from "../../identity/queries.ts";
import { workspaceApi } from "../api.ts";
import { Section } from "../parts/section.tsx";
import { submitTo } from "../parts/submit-to.ts";

/** Another workspace, with its own people, keys and content. */
export function NewWorkspaceSection() {
  const [making, setMaking] = useState(false);
  return (
    <Section
      title="Another workspace"
      description="With its own people, keys and content."
      action={<Button onClick={() => setMaking(true)}>New workspace</Button>}
    >
      {making ? <NewWorkspaceDialog onClose={() => setMaking(false)} /> : null}
    </Section>
  );
}

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
