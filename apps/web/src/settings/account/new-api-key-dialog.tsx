import { zodResolver } from "@hookform/resolvers/zod";
import { newApiKeyBody } from "@mindmesh/contracts/workspaces";
import { Button, Dialog, DialogClose, Field, Input, RadioGroup, Select } from "@mindmesh/ui";
import { useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { Controller, useForm } from "react-hook-form";
import { FormError } from "../../identity/form-error.tsx";
import { workspaceApi } from "../api.ts";
import { ShownOnce } from "../parts/shown-once.tsx";
import { submitTo } from "../parts/submit-to.ts";
import { apiKeysQuery } from "./queries.ts";

const scopes = [
  { value: "read", label: "Read only", hint: "Sees what you see." },
  { value: "write", label: "Read and write", hint: "Also changes content, and asks models." },
  { value: "admin", label: "Everything", hint: "Also settings and members, as far as your role goes." },
];
const lifetimes = [
  { value: "7", label: "7 days" },
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
  { value: "365", label: "A year" },
  { value: "never", label: "Does not expire" },
];

/** Makes an API key and then shows its secret, which is never shown again. */
export function NewApiKeyDialog({ workspaceId, onClose }: { workspaceId: string; onClose: () => void }) {
  const id = useId();
  const queryClient = useQueryClient();
  const [secret, setSecret] = useState<string | null>(null);
  const form = useForm({
    resolver: zodResolver(newApiKeyBody),
    defaultValues: { name: "", scope: "write", expiresInDays: 90 },
  });
  const { errors, isSubmitting } = form.formState;
  const submit = submitTo(form, async (body) => {
    const made = await workspaceApi.createApiKey({ params: { workspaceId }, body });
    setSecret(made.secret);
    await queryClient.invalidateQueries(apiKeysQuery(workspaceId));
  });
  const close = (open: boolean) => (open ? undefined : onClose());
  if (secret !== null) {
    return (
      <Dialog
        open
        onOpenChange={close}
        title="Your new API key"
        footer={
          <Button variant="primary" onClick={onClose}>
            Done
          </Button>
        }
      >
        <ShownOnce
          label="API key"
          text={secret}
          note="It is shown only now. Keep it where other people cannot read it."
        />
        <p className="mt-3 text-xs text-muted">
          Programs send it as <code className="font-mono">Authorization: Bearer …</code>
        </p>
      </Dialog>
    );
  }
  return (
    <Dialog
      open
      onOpenChange={close}
      title="New API key"
      footer={
        <>
          <DialogClose>
            <Button>Cancel</Button>
          </DialogClose>
          <Button type="submit" form={id} variant="primary" busy={isSubmitting}>
            Make key
          </Button>
        </>
      }
    >
      <form id={id} onSubmit={submit} noValidate className="flex flex-col gap-4">
        <FormError message={errors.root?.message} />
        <Field label="Name" error={errors.name?.message} hint="What it is for, such as “Nightly report”.">
          <Input {...form.register("name")} autoComplete="off" autoFocus />
        </Field>
        <Controller
          control={form.control}
          name="scope"
          render={({ field }) => (
            <RadioGroup
              label="Scope"
              options={scopes}
              value={field.value}
              onValueChange={(value) => field.onChange(value)}
            />
          )}
        />
        <Controller
          control={form.control}
          name="expiresInDays"
          render={({ field }) => (
            <Field label="Expires after" error={errors.expiresInDays?.message}>
              <Select
                options={lifetimes}
                value={field.value === null ? "never" : String(field.value)}
                onValueChange={(value) => field.onChange(value === "never" ? null : Number(value))}
              />
            </Field>
          )}
        />
      </form>
    </Dialog>
  );
}
