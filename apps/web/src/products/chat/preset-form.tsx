import { zodResolver } from "@hookform/resolvers/zod";
import { chatRoutes, type Preset } from "@mindmesh/contracts/chat";
import { Button, Field, Input, Switch, Textarea } from "@mindmesh/ui";
import { Controller, useForm } from "react-hook-form";
import { FormError } from "../../identity/form-error.tsx";
import { showServerError } from "../../identity/server-errors.ts";
import { chatApi } from "./api.ts";

type PresetFormProps = { workspaceId: string; preset: Preset | null; onDone: () => void };

export function PresetForm({ workspaceId, preset, onDone }: PresetFormProps) {
  const form = useForm({
    resolver: zodResolver(chatRoutes.createPreset.body),
    defaultValues: {
      name: preset?.name ?? "",
      systemPrompt: preset?.systemPrompt ?? "",
      model: preset?.model ?? null,
      shared: preset?.shared ?? false,
    },
  });
  const { errors, isSubmitting } = form.formState;
  const submit = form.handleSubmit(async (body) => {
    try {
      if (preset) await chatApi.updatePreset({ params: { workspaceId, presetId: preset.id }, body });
      else await chatApi.createPreset({ params: { workspaceId }, body });
      onDone();
    } catch (error) {
      showServerError(form, error);
    }
  });
  return (
    <form onSubmit={(event) => void submit(event)} noValidate className="flex flex-col gap-4">
      <FormError message={errors.root?.message} />
      <Field label="Name" error={errors.name?.message}>
        <Input {...form.register("name")} autoFocus />
      </Field>
      <Controller
        control={form.control}
        name="systemPrompt"
        render={({ field }) => (
          <Field label="System prompt" error={errors.systemPrompt?.message}>
            <Textarea rows={6} maxRows={16} value={field.value} onChange={field.onChange} onBlur={field.onBlur} />
          </Field>
        )}
      />
      <Controller
        control={form.control}
        name="shared"
        render={({ field }) => (
          <Switch
            label="Offer it to everybody in the workspace"
            checked={field.value ?? false}
            onCheckedChange={field.onChange}
          />
        )}
      />
      <div className="flex justify-end gap-2">
        <Button variant="ghost" onClick={onDone}>
          Cancel
        </Button>
        <Button type="submit" variant="primary" busy={isSubmitting}>
          Save
        </Button>
      </div>
    </form>
  );
}
