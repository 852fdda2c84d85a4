import type { Connection, ConnectionTest } from "@mindmesh/contracts/query/connections";
import type { ConnectionStage } from "@mindmesh/contracts/query/ingestion";
import { useState } from "react";
import { useWatch } from "react-hook-form";
import { connectionsApi } from "../api.ts";
import {
  type NetworkEngine,
  placeBody,
  type PlaceForm,
  type PlaceValues,
  showAtField,
  showRefusal,
} from "./place-values.ts";
import { usePlaceTest } from "./use-place-test.ts";

type PlaceFormSettings = {
  workspaceId: string;
  engine: NetworkEngine;
  form: PlaceForm;
  /** The connection whose place it is; null for a new one. */
  kept: Connection | null;
};

/** What every form of a place does: it tries what stands in its fields, and shows refusals where they belong. */
export function usePlaceForm({ workspaceId, engine, form, kept }: PlaceFormSettings) {
  const place = usePlaceTest();
  const [isWorking, setWorking] = useState(false);
  const stages = useStages(form);

  async function test(values: PlaceValues): Promise<ConnectionTest | null> {
    form.clearErrors();
    const body = { ...placeBody(engine, values, kept), connectionId: kept?.id ?? null };
    const result = await place.run((signal, testId) =>
      connectionsApi.testPlace({ params: { workspaceId }, body: { ...body, testId }, signal }),
    );
    if (result?.ok === false) showAtField(form, result.field, result.message);
    return result;
  }
  /** Does something with what stands in the fields, and shows refusals of the server at theirs. */
  const attempt = (work: (values: PlaceValues) => Promise<unknown>) => {
    void form.handleSubmit(async (values) => {
      setWorking(true);
      try {
        await work(values);
      } catch (error) {
        showRefusal(form, error);
      } finally {
        setWorking(false);
      }
    })();
  };
  return {
    test,
    attempt,
    isWorking,
    isTesting: place.test.state === "running",
    hasFailed: place.test.state === "ended" && !place.test.result.ok,
    /** For TestReport. */
    report: {
      test: place.test,
      stages,
      onCancel: place.cancel,
      onTrust: (hostKey: string) => {
        form.setValue("network.ssh.hostKey", hostKey, { shouldDirty: true });
        attempt(test);
      },
    },
  };
}

/** The stages that a place passes, as its fields stand. */
function useStages(form: PlaceForm): readonly ConnectionStage[] {
  const [useSsh, tls] = useWatch({ control: form.control, name: ["useSsh", "network.tls"] });
  const all: ConnectionStage[] = ["address", "host", "ssh", "tls", "login", "database", "rights"];
  return all.filter((stage) => (stage !== "ssh" || useSsh) && (stage !== "tls" || tls !== "off"));
}
