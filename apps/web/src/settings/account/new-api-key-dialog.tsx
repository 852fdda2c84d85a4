import { zodResolver } from "@hookform/resolvers/zod";
import { newApiKeyBody } from "@mindmesh/contracts/workspaces";
import { Button, Dialog, Field, Input, RadioGroup, Select } from "@mindmesh/ui";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Controller, useForm } from "react-hook-form";
import { workspaceApi } from "../api.ts";
import { ShownOnce } from "../parts/shown-once.tsx";
import { FormDialog } from "../parts/form-dialog.tsx";
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
  if (secret !== null) {
    return (
      <Dialog
        open
        onOpenChange={(open) => (open ? undefined : onClose())}
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
    <FormDialog
      title="New API key"
      size="md"
      submitLabel="Make key"
      busy={isSubmitting}
      error={errors.root?.message}
      onSubmit={submit}
      onClose={onClose}
    >
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
    </FormDialog>
  );
}
