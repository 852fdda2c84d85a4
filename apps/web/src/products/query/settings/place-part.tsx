import { Button, toast } from "@mindmesh/ui";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { FormError } from "../../../identity/form-error.tsx";
import { Section } from "../../../settings/parts/section.tsx";
import { connectionsApi } from "../api.ts";
import { useStages } from "../connections/new-network-form.tsx";
import { PlaceFields } from "../connections/place-fields.tsx";
import {
  type NetworkEngine,
  placeBody,
  placeOf,
  type PlaceValues,
  showAtField,
  showRefusal,
} from "../connections/place-values.ts";
import { TestReport } from "../connections/test-report.tsx";
import { usePlaceTest } from "../connections/use-place-test.ts";
import { engineWords } from "../engine-mark.tsx";
import type { SectionProps } from "../sections.tsx";
import { useSave } from "./use-change.ts";

/** Where the database is, the login, and whether both work. Saving another place has its schema read anew. */
export function PlacePart({ workspaceId, connection, ownsServer }: SectionProps & { ownsServer: boolean }) {
  const engine = connection.engine as NetworkEngine;
  const save = useSave(workspaceId, connection);
  const form = useForm<PlaceValues>({
    defaultValues: placeOf(connection),
    values: placeOf(connection),
    // What somebody types here stays while a reading goes on or another admin saves.
    resetOptions: { keepDirtyValues: true },
  });
  const place = usePlaceTest();
  const [saving, setSaving] = useState(false);
  const stages = useStages(form);
  const { errors, isDirty } = form.formState;

  async function test(values: PlaceValues) {
    form.clearErrors();
    const body = { ...placeBody(engine, values, connection), connectionId: connection.id };
    const result = await place.run((signal) => connectionsApi.testPlace({ params: { workspaceId }, body, signal }));
    if (result?.ok === false) showAtField(form, result.field, result.message);
  }
  async function keep(values: PlaceValues) {
    const { network, secret, privateAllowed } = placeBody(engine, values, connection);
    if (network === null) return;
    const entered = Object.keys(secret).length > 0;
    form.reset(placeOf(await save({ network, privateAllowed, ...(entered && { secret }) })));
    toast("Saved", { description: "The schema is being read anew.", tone: "success" });
  }
  const attempt = (work: (values: PlaceValues) => Promise<void>) => {
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
  return (
    <Section title="Place and login" description={engineWords[engine]}>
      <form
        noValidate
        autoComplete="off"
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          attempt(keep);
        }}
      >
        <FormError message={errors.root?.message} />
        <PlaceFields form={form} engine={engine} kept={connection} mayAllowPrivate={ownsServer} />
        <TestReport
          test={place.test}
          stages={stages}
          onCancel={place.cancel}
          onTrust={(hostKey) => {
            form.setValue("network.ssh.hostKey", hostKey, { shouldDirty: true });
            attempt(test);
          }}
        />
        <div className="flex flex-wrap gap-2">
          <Button type="submit" disabled={!isDirty || saving} busy={saving && place.test.state !== "running"}>
            Save place
          </Button>
          <Button variant="ghost" disabled={saving} onClick={() => attempt(test)}>
            Test
          </Button>
        </div>
      </form>
    </Section>
  );
}
