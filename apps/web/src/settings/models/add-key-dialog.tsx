import { zodResolver } from "@hookform/resolvers/zod";
import { ClientError } from "@mindmesh/client";
import { addProviderKeyBody, type KeyKind, type KeyOwner } from "@mindmesh/contracts/models";
import { Checkbox, Field, Input, Select, toast } from "@mindmesh/ui";
import { useState } from "react";
import { Controller, useForm, useWatch } from "react-hook-form";
import { PasswordInput } from "../../identity/password-input.tsx";
import { modelsApi } from "../../models/api.ts";
import { FormDialog } from "../parts/form-dialog.tsx";
import { submitTo } from "../parts/submit-to.ts";

const kinds: { value: KeyKind; label: string; where: string }[] = [
  { value: "anthropic", label: "Anthropic", where: "From console.anthropic.com, API keys." },
  { value: "openai", label: "OpenAI", where: "From platform.openai.com, API keys." },
  { value: "google", label: "Google Gemini", where: "From aistudio.google.com, Get API key." },
  { value: "groq", label: "Groq", where: "From console.groq.com, API keys." },
  { value: "mistral", label: "Mistral", where: "From console.mistral.ai, API keys." },
  { value: "compatible", label: "OpenAI-compatible server", where: "Leave it empty where the server wants none." },
];

type AddKeyDialogProps = {
  workspaceId: string;
  owner: KeyOwner;
  onAdded: () => Promise<unknown>;
  onClose: () => void;
};

const emptyAsNone = { setValueAs: (value: string | undefined) => (value === "" ? undefined : value) };

/** Fields that other providers do not have go with what was typed into them. */
const ofCompatible = { ...emptyAsNone, shouldUnregister: true };

/** Enters a provider key. The server tries it before keeping it; what the provider said is shown at the field. */
export function AddKeyDialog({ workspaceId, owner, onAdded, onClose }: AddKeyDialogProps) {
  const [refused, setRefused] = useState(false);
  const form = useForm({
    resolver: zodResolver(addProviderKeyBody),
    defaultValues: { owner, kind: "anthropic", keepAnyway: false },
  });
  const { errors, isSubmitting } = form.formState;
  const kind = useWatch({ control: form.control, name: "kind" });
  const compatible = kind === "compatible";
  const submit = submitTo(form, async (body) => {
    try {
      const added = await modelsApi.addProviderKey({
        params: { workspaceId },
        body,
      });
      toast(
        added.test.result === "ok"
          ? `The key for ${added.name} works and was kept`
          : `The key for ${added.name} was kept`,
        { tone: "success" },
      );
    } catch (error) {
      // What the provider refused may still be kept, for a server that is off now.
      if (error instanceof ClientError && error.code === "invalid_fields") setRefused(true);
      throw error;
    }
    await onAdded();
    onClose();
  });
  return (
    <FormDialog
      title="Add a provider key"
      description={owner === "person" ? "Only you will use it." : "Everybody in the workspace will use it."}
      size="md"
      submitLabel="Test and add"
      busy={isSubmitting}
      error={errors.root?.message}
      autoComplete="off"
      onSubmit={submit}
      onClose={onClose}
    >
      <Controller
        control={form.control}
        name="kind"
        render={({ field }) => (
          <Field label="Provider">
            <Select
              options={kinds}
              value={field.value}
              onValueChange={(value) => {
                field.onChange(value);
                form.clearErrors();
                setRefused(false);
              }}
            />
          </Field>
        )}
      />
      {compatible ? (
        <>
          <Field label="Name" error={errors.name?.message} hint="How the server is called here, such as “GPU box”.">
            <Input {...form.register("name", ofCompatible)} autoComplete="off" />
          </Field>
          <Field
            label="Address"
            error={errors.baseUrl?.message}
            hint="Up to and including /v1. Ollama, vLLM, llama.cpp and LM Studio speak this protocol."
          >
            <Input
              {...form.register("baseUrl", ofCompatible)}
              type="url"
              inputMode="url"
              placeholder="https://models.example.com/v1"
              autoComplete="off"
              spellCheck={false}
            />
          </Field>
        </>
      ) : null}
      <Field
        label={compatible ? "Key (if it wants one)" : "Key"}
        error={errors.key?.message}
        hint={kinds.find(({ value }) => value === kind)?.where}
      >
        <PasswordInput {...form.register("key", emptyAsNone)} autoComplete="off" data-1p-ignore />
      </Field>
      {refused ? (
        <Controller
          control={form.control}
          name="keepAnyway"
          render={({ field }) => (
            <Checkbox
              label="Keep it although the test failed"
              hint="For a server that is off now, or a key that may not list models."
              checked={field.value ?? false}
              onCheckedChange={(checked) => field.onChange(checked === true)}
            />
          )}
        />
      ) : null}
    </FormDialog>
  );
}
