import type { ConnectionStage } from "@mindmesh/contracts/query/ingestion";
import { Button, Field, Input, toast } from "@mindmesh/ui";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useForm, useWatch } from "react-hook-form";
import { FormError } from "../../../identity/form-error.tsx";
import { connectionsApi } from "../api.ts";
import { engineWords } from "../engine-mark.tsx";
import { connectionsQuery } from "../queries.ts";
import { PlaceFields } from "./place-fields.tsx";
import {
  emptyPlace,
  type NetworkEngine,
  placeBody,
  type PlaceForm,
  type PlaceValues,
  showAtField,
  showRefusal,
} from "./place-values.ts";
import { TestReport } from "./test-report.tsx";
import { usePlaceTest } from "./use-place-test.ts";

type NewNetworkFormProps = { workspaceId: string; engine: NetworkEngine; ownsServer: boolean };

/** Connects a database on the network: it is tried first, and kept without success only when the person insists. */
export function NewNetworkForm({ workspaceId, engine, ownsServer }: NewNetworkFormProps) {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const form = useForm<PlaceValues>({ defaultValues: emptyPlace(engine) });
  const place = usePlaceTest();
  const [saving, setSaving] = useState(false);
  const stages = useStages(form);
  const failed = place.test.state === "ended" && !place.test.result.ok;

  async function test(values: PlaceValues) {
    form.clearErrors();
    const body = { ...placeBody(engine, values, null), connectionId: null };
    const result = await place.run((signal) => connectionsApi.testPlace({ params: { workspaceId }, body, signal }));
    if (result?.ok === false) showAtField(form, result.field, result.message);
    return result;
  }
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
  /** What was done, with refusals of the server at their fields. */
  const attempt = (work: (values: PlaceValues) => Promise<unknown>) => {
    void form.handleSubmit(async (values) => {
      setSaving(true);
      try {
        await work(values);
      } catch (error) {
        showRefusal(form, error);
      } finally {
        setSaving(false);
      }
    })();
  };
  const running = place.test.state === "running";
  return (
    <form
      noValidate
      autoComplete="off"
      aria-label={`Connect ${engineWords[engine]}`}
      className="flex flex-col gap-5"
      onSubmit={(event) => {
        event.preventDefault();
        attempt(async (values) => {
          const result = await test(values);
          if (result?.ok) await save(values);
        });
      }}
    >
      <FormError message={form.formState.errors.root?.message} />
      <Field label="Name" hint="How it is called here." error={form.formState.errors.name?.message}>
        <Input {...form.register("name")} autoComplete="off" placeholder="Shop" data-autofocus />
      </Field>
      <PlaceFields form={form} engine={engine} kept={null} mayAllowPrivate={ownsServer} />
      <TestReport
        test={place.test}
        stages={stages}
        onCancel={place.cancel}
        onTrust={(hostKey) => {
          form.setValue("network.ssh.hostKey", hostKey);
          attempt(test);
        }}
      />
      <div className="flex flex-wrap justify-end gap-2">
        {failed ? (
          <Button variant="ghost" disabled={saving} onClick={() => attempt(save)}>
            Save without a test
          </Button>
        ) : null}
        <Button disabled={saving} onClick={() => attempt(test)}>
          Test
        </Button>
        <Button type="submit" variant="primary" busy={saving && !running} disabled={saving}>
          Connect
        </Button>
      </div>
    </form>
  );
}

/** The stages that a place passes, as its fields stand. */
export function useStages(form: PlaceForm): readonly ConnectionStage[] {
  const [useSsh, tls] = useWatch({ control: form.control, name: ["useSsh", "network.tls"] });
  const all: ConnectionStage[] = ["address", "host", "ssh", "tls", "login", "database", "rights"];
  return all.filter((stage) => (stage !== "ssh" || useSsh) && (stage !== "tls" || tls !== "off"));
}
