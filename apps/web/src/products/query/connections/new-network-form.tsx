import { Button, Field, Input, toast } from "@mindmesh/ui";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useForm } from "react-hook-form";
import { FormError } from "../../../identity/form-error.tsx";
import { connectionsApi } from "../api.ts";
import { engineWords } from "../engine-mark.tsx";
import { connectionsQuery } from "../queries.ts";
import { PlaceFields } from "./place-fields.tsx";
import { emptyPlace, type NetworkEngine, placeBody, type PlaceValues } from "./place-values.ts";
import { TestReport } from "./test-report.tsx";
import { usePlaceForm } from "./use-place-form.ts";

type NewNetworkFormProps = { workspaceId: string; engine: NetworkEngine; ownsServer: boolean };

/** Connects a database on the network: it is tried first, and kept without success only when the person insists. */
export function NewNetworkForm({ workspaceId, engine, ownsServer }: NewNetworkFormProps) {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const form = useForm<PlaceValues>({ defaultValues: emptyPlace(engine) });
  const place = usePlaceForm({ workspaceId, engine, form, kept: null });

  async function save(values: PlaceValues) {
    const body = { ...placeBody(engine, values, null), name: values.name };
    const made = await connectionsApi.createConnection({ params: { workspaceId }, body });
    await queryClient.invalidateQueries(connectionsQuery(workspaceId));
    toast(`${made.name} is connected`, { description: "Its schema is being read.", tone: "success" });
    await navigate({
      to: "/w/$workspaceId/query/c/$connectionId/$section",
      params: { workspaceId, connectionId: made.id, section: "schema" },
    });
  }
  return (
    <form
      noValidate
      autoComplete="off"
      aria-label={`Connect ${engineWords[engine]}`}
      className="flex flex-col gap-5"
      onSubmit={(event) => {
        event.preventDefault();
        place.attempt(async (values) => {
          const result = await place.test(values);
          if (result?.ok) await save(values);
        });
      }}
    >
      <FormError message={form.formState.errors.root?.message} />
      <Field label="Name" hint="How it is called here." error={form.formState.errors.name?.message}>
        <Input {...form.register("name")} autoComplete="off" placeholder="Shop" data-autofocus />
      </Field>
      <PlaceFields form={form} engine={engine} kept={null} mayAllowPrivate={ownsServer} />
      <TestReport {...place.report} />
      <div className="flex flex-wrap justify-end gap-2">
        {place.hasFailed ? (
          <Button variant="ghost" disabled={place.isWorking} onClick={() => place.attempt(save)}>
            Save without a test
          </Button>
        ) : null}
        <Button disabled={place.isWorking} onClick={() => place.attempt(place.test)}>
          Test
        </Button>
        <Button type="submit" variant="primary" busy={place.isWorking && !place.isTesting} disabled={place.isWorking}>
          Connect
        </Button>
      </div>
    </form>
  );
}
