import { roleMay } from "@mindmesh/contracts/permissions";
import { Button, Field, Input, toast } from "@mindmesh/ui";
import { useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { useForm } from "react-hook-form";
import { checkLater } from "../../identity/check-later.ts";
import { FormError } from "../../identity/form-error.tsx";
import { meQuery } from "../../identity/queries.ts";
import { workspaceApi } from "../api.ts";
import { Section } from "../parts/section.tsx";
import { submitTo } from "../parts/submit-to.ts";
import { DeleteWorkspaceSection } from "./delete-workspace-section.tsx";
import { LeaveSection } from "./leave-section.tsx";
import { NewWorkspaceSection } from "./new-workspace-section.tsx";

const check = checkLater(() => import("../form-checks.ts").then(({ updateWorkspace }) => updateWorkspace));

export function GeneralPage({ workspaceId }: { workspaceId: string }) {
  const { data: me } = useSuspenseQuery(meQuery);
  const workspace = me.workspaces.find(({ id }) => id === workspaceId);
  if (!workspace) return null;
  return (
    <>
      <WorkspaceNameSection
        key={workspace.name}
        {...workspace}
        mayChange={roleMay(workspace.role, "workspace.configure")}
      />
      <NewWorkspaceSection />
      <LeaveSection {...workspace} />
      {roleMay(workspace.role, "workspace.delete") ? <DeleteWorkspaceSection {...workspace} /> : null}
    </>
  );
}

function WorkspaceNameSection({ id, name, mayChange }: { id: string; name: string; mayChange: boolean }) {
  const queryClient = useQueryClient();
  const form = useForm({ resolver: check, defaultValues: { name } });
  const { errors, isSubmitting, isDirty } = form.formState;
  const submit = submitTo(form, async (body) => {
    const changed = await workspaceApi.updateWorkspace({ params: { workspaceId: id }, body });
    queryClient.setQueryData(
      meQuery.queryKey,
      (old) =>
        old && {
          ...old,
          workspaces: old.workspaces.map((each) => (each.id === id ? { ...each, name: changed.name } : each)),
        },
    );
    toast("Workspace renamed");
  });
  return (
    <Section title="Name" description={mayChange ? undefined : "An owner or admin can change it."}>
      <form onSubmit={submit} noValidate className="flex max-w-md flex-col gap-3">
        <FormError message={errors.root?.message} />
        <Field label="Workspace’s name" error={errors.name?.message}>
          <Input {...form.register("name")} readOnly={!mayChange} autoComplete="off" />
        </Field>
        {mayChange ? (
          <Button type="submit" variant="primary" busy={isSubmitting} disabled={!isDirty} className="self-start">
            Rename
          </Button>
        ) : null}
      </form>
    </Section>
  );
}
