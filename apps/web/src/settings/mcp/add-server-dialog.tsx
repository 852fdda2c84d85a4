import { zodResolver } from "@hookform/resolvers/zod";
import { addMcpServerBody } from "@mindmesh/contracts/mcp-servers";
import { Field, Input, toast } from "@mindmesh/ui";
import { useForm } from "react-hook-form";
import { PasswordInput } from "../../identity/password-input.tsx";
import { FormDialog } from "../parts/form-dialog.tsx";
import { submitTo } from "../parts/submit-to.ts";
import { mcpApi } from "./api.ts";

type AddServerDialogProps = { workspaceId: string; onAdded: () => Promise<unknown>; onClose: () => void };

const emptyAsNone = { setValueAs: (value: string | undefined) => (value === "" ? undefined : value) };

/** Enters an outside MCP server. It is asked for its tools before it is kept; what went wrong is shown at the field. */
export function AddServerDialog({ workspaceId, onAdded, onClose }: AddServerDialogProps) {
  const form = useForm({ resolver: zodResolver(addMcpServerBody), defaultValues: { name: "", url: "" } });
  const { errors, isSubmitting } = form.formState;
  const submit = submitTo(form, async (body) => {
    const { name, tools } = await mcpApi.addMcpServer({ params: { workspaceId }, body });
    toast(`${name} was added with ${tools.length} ${tools.length === 1 ? "tool" : "tools"}`, { tone: "success" });
    await onAdded();
    onClose();
  });
  return (
    <FormDialog
      title="Add an MCP server"
      description="The server is asked for its tools now. Every call of them waits for approval until you lower their risk."
      size="md"
      submitLabel="Test and add"
      busy={isSubmitting}
      error={errors.root?.message}
      autoComplete="off"
      onSubmit={submit}
      onClose={onClose}
    >
      <Field label="Name" error={errors.name?.message} hint="Stands in the names of its tools: mcp.name.tool.">
        <Input {...form.register("name")} autoComplete="off" spellCheck={false} placeholder="calendar" />
      </Field>
      <Field
        label="Address"
        error={errors.url?.message}
        hint="Of its Streamable HTTP endpoint; or stdio:name for a program that the server’s operator allows."
      >
        <Input
          {...form.register("url")}
          inputMode="url"
          placeholder="https://mcp.example.com/mcp"
          autoComplete="off"
          spellCheck={false}
        />
      </Field>
      <Field
        label="Token (if it wants one)"
        error={errors.token?.message}
        hint="Sent as Authorization: Bearer. Kept encrypted; nobody can read it again."
      >
        <PasswordInput {...form.register("token", emptyAsNone)} autoComplete="off" data-1p-ignore />
      </Field>
    </FormDialog>
  );
}
