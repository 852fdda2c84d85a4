import { Button, toast } from "@mindmesh/ui";
import { useForm } from "react-hook-form";
import { FormError } from "../../../identity/form-error.tsx";
import { Section } from "../../../settings/parts/section.tsx";
import { PlaceFields } from "../connections/place-fields.tsx";
import { type NetworkEngine, placeBody, placeOf, type PlaceValues } from "../connections/place-values.ts";
import { TestReport } from "../connections/test-report.tsx";
import { usePlaceForm } from "../connections/use-place-form.ts";
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
  const place = usePlaceForm({ workspaceId, engine, form, kept: connection });
  const { errors, isDirty } = form.formState;

  async function keep(values: PlaceValues) {
    const { network, secret, privateAllowed } = placeBody(engine, values, connection);
    if (network === null) return;
    const entered = Object.keys(secret).length > 0;
    form.reset(placeOf(await save({ network, privateAllowed, ...(entered && { secret }) })));
    toast("Saved", { description: "The schema is being read anew.", tone: "success" });
  }
  return (
    <Section title="Place and login" description={engineWords[engine]}>
      <form
        noValidate
        autoComplete="off"
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          place.attempt(keep);
        }}
      >
        <FormError message={errors.root?.message} />
        <PlaceFields form={form} engine={engine} kept={connection} mayAllowPrivate={ownsServer} />
        <TestReport {...place.report} />
        <div className="flex flex-wrap gap-2">
          <Button type="submit" disabled={!isDirty || place.isWorking} busy={place.isWorking && !place.isTesting}>
            Save place
          </Button>
          <Button variant="ghost" disabled={place.isWorking} onClick={() => place.attempt(place.test)}>
            Test
          </Button>
        </div>
      </form>
    </Section>
  );
}
