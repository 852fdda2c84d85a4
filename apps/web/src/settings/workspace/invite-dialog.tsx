import { zodResolver } from "@hookform/resolvers/zod";
import type { Role } from "@mindmesh/contracts/permissions";
import { workspaceRoutes, type Invitation } from "@mindmesh/contracts/workspaces";
import { Button, Dialog, Field, Input, Select } from "@mindmesh/ui";
import { Controller, useForm } from "react-hook-form";
import { workspaceApi } from "../api.ts";
import { ShownOnce } from "../parts/shown-once.tsx";
import { FormDialog } from "../parts/form-dialog.tsx";
import { submitTo } from "../parts/submit-to.ts";
import { roleOptions } from "./roles.ts";

type InviteDialogProps = {
  workspaceId: string;
  /** Of the person who invites. */
  role: Role;
  onSent: (sent: { invitation: Invitation; link: string | null }) => void;
  onClose: () => void;
};

/** Invites somebody by e-mail address. */
export function InviteDialog({ workspaceId, role, onSent, onClose }: InviteDialogProps) {
  const form = useForm({
    resolver: zodResolver(workspaceRoutes.invite.body),
    defaultValues: { email: "", role: "member" as Role },
  });
  const { errors, isSubmitting } = form.formState;
  const submit = submitTo(form, async (body) => {
    onSent(await workspaceApi.invite({ params: { workspaceId }, body }));
  });
  return (
    <FormDialog
      title="Invite somebody"
      submitLabel="Invite"
      busy={isSubmitting}
      error={errors.root?.message}
      onSubmit={submit}
      onClose={onClose}
    >
      <Field label="E-mail address" error={errors.email?.message} hint="They join with this address.">
        <Input
          {...form.register("email")}
          type="email"
          inputMode="email"
          autoComplete="off"
          spellCheck={false}
          autoFocus
        />
      </Field>
      <Controller
        control={form.control}
        name="role"
        render={({ field }) => (
          <Field label="Role" error={errors.role?.message}>
            <Select options={roleOptions(role)} value={field.value} onValueChange={(value) => field.onChange(value)} />
          </Field>
        )}
      />
    </FormDialog>
  );
}

export interface SentLink {
  email: string;
  link: string;
}

/** The link to hand over, where the server sends no e-mail. */
export function LinkDialog({ email, link, onClose }: SentLink & { onClose: () => void }) {
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={`Send this link to ${email}`}
      footer={
        <Button variant="primary" onClick={onClose}>
          Done
        </Button>
      }
    >
      <ShownOnce
        label="Invitation link"
        text={link}
        note="This server sends no e-mail. The link is shown only now; whoever has it can join."
      />
    </Dialog>
  );
}
