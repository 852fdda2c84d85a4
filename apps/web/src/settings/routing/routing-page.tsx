import { modelTiers, type RoutingRules } from "@mindmesh/contracts/routing";
import { roleMay } from "@mindmesh/contracts/permissions";
import { Switch, toast } from "@mindmesh/ui";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { showError } from "../../shell/show-error.ts";
import { Loaded } from "../parts/loaded.tsx";
import { Section } from "../parts/section.tsx";
import { useRole } from "../use-role.ts";
import { routingApi } from "./api.ts";
import { routingQuery } from "./queries.ts";
import { TierSection } from "./tier-section.tsx";

/** Where calls go that name a purpose instead of a model, and what happens when a model cannot answer. */
export function RoutingPage({ workspaceId }: { workspaceId: string }) {
  const mayChange = roleMay(useRole(workspaceId), "workspace.configure");
  const queryClient = useQueryClient();
  const query = routingQuery(workspaceId);
  const routing = useQuery(query);
  const change = useMutation({
    mutationFn: (body: RoutingRules) => routingApi.changeRouting({ params: { workspaceId }, body }),
    onSuccess: (fresh) => {
      queryClient.setQueryData(query.queryKey, fresh);
      toast("Routing saved");
    },
    onError: showError,
  });
  return (
    <Loaded query={routing}>
      {(data) => {
        const save = (changed: Partial<RoutingRules>) =>
          change.mutateAsync({ rules: data.rules, namedFallsBack: data.namedFallsBack, ...changed }).then(
            () => true,
            () => false,
          );
        return (
          <>
            <Section
              title="When a model cannot answer"
              description="An answer that breaks off is finished by the next model where that can be done, and marked so."
            >
              <Switch
                label="Let the backup tier answer for a model that was chosen by name"
                hint="Local and compatible servers are only ever replaced by models that a backup rule names."
                checked={data.namedFallsBack}
                disabled={!mayChange || change.isPending}
                onCheckedChange={(namedFallsBack) => void save({ namedFallsBack })}
              />
            </Section>
            {modelTiers.map((tier) => (
              <TierSection
                key={tier}
                workspaceId={workspaceId}
                tier={tier}
                routing={data}
                mayChange={mayChange}
                isSaving={change.isPending}
                onSave={(rules) => save({ rules })}
              />
            ))}
          </>
        );
      }}
    </Loaded>
  );
}
