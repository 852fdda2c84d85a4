import type { KeyOwner, ModelOffer } from "@mindmesh/contracts/models";
import { Button, Callout, Field, Select, toast, type SelectOption } from "@mindmesh/ui";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import RefreshCw from "lucide-react/icons/refresh-cw";
import TriangleAlert from "lucide-react/icons/triangle-alert";
import { showError } from "../../shell/show-error.ts";
import { modelsApi } from "../../models/api.ts";
import { Loaded } from "../parts/loaded.tsx";
import { Section } from "../parts/section.tsx";
import { offerQuery } from "../../models/queries.ts";

type DefaultModelSectionProps = { workspaceId: string; owner: KeyOwner; mayChange: boolean };

const none = "none";

/** The choices: every model there is under its provider, and one that is chosen though it is not there now. */
function optionsOf(offer: ModelOffer, chosen: string | null, noneLabel: string): SelectOption[] {
  const options: SelectOption[] = [{ value: none, label: noneLabel }];
  if (chosen !== null && !offer.items.some(({ id }) => id === chosen)) {
    options.push({ value: chosen, label: `${chosen} (not available now)` });
  }
  for (const { id, name, providerLabel } of offer.items) options.push({ value: id, label: name, group: providerLabel });
  return options;
}

/** Which model conversations begin with. */
export function DefaultModelSection({ workspaceId, owner, mayChange }: DefaultModelSectionProps) {
  const queryClient = useQueryClient();
  const query = offerQuery(workspaceId);
  const offer = useQuery(query);
  const choose = useMutation({
    mutationFn: (model: string | null) => modelsApi.chooseModel({ params: { workspaceId }, body: { owner, model } }),
    onMutate: (model) =>
      queryClient.setQueryData(query.queryKey, (old) => old && { ...old, chosen: { ...old.chosen, [owner]: model } }),
    onSuccess: () => void toast("Default model saved"),
    onError: showError,
    onSettled: () => queryClient.invalidateQueries(query),
  });
  const refresh = useMutation({
    mutationFn: () => modelsApi.listModels({ params: { workspaceId }, query: { refresh: "true" } }),
    onSuccess: (fresh) => void queryClient.setQueryData(query.queryKey, fresh),
    onError: showError,
  });
  return (
    <Section
      title="Default model"
      description={owner === "person" ? "For your new conversations." : "For everybody who has not chosen one."}
      action={
        <Button size="sm" icon={<RefreshCw />} busy={refresh.isPending} onClick={() => refresh.mutate()}>
          Ask again
        </Button>
      }
    >
      <Loaded query={offer}>
        {(data) => {
          const chosen = data.chosen[owner];
          const noneLabel = owner === "person" ? "As the workspace" : "The usual one of the first provider";
          return (
            <div className="flex max-w-md flex-col gap-3">
              <Field
                label="Model"
                hint={`${data.items.length} models available now${data.defaultModel === null ? "" : `; taken when none is named: ${data.defaultModel}`}.`}
              >
                <Select
                  options={optionsOf(data, chosen, noneLabel)}
                  value={chosen ?? none}
                  disabled={!mayChange}
                  onValueChange={(value) => choose.mutate(value === none ? null : value)}
                />
              </Field>
              {data.problems.map(({ provider, providerLabel, via, message }) => (
                <Callout
                  key={`${provider}/${via}`}
                  tone="warning"
                  icon={<TriangleAlert aria-hidden="true" />}
                  title={`${providerLabel} did not give its list of models`}
                >
                  {message}
                </Callout>
              ))}
            </div>
          );
        }}
      </Loaded>
    </Section>
  );
}
