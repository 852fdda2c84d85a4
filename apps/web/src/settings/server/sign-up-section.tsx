import { Switch } from "@mindmesh/ui";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { setupQuery } from "../../identity/queries.ts";
import { showError } from "../../shell/show-error.ts";
import { instanceApi } from "../api.ts";
import { Loaded } from "../parts/loaded.tsx";
import { Section } from "../parts/section.tsx";
import { instanceSettingsQuery } from "./queries.ts";

/** Whether anybody may make an account. */
export function SignUpSection() {
  const queryClient = useQueryClient();
  const settings = useQuery(instanceSettingsQuery);
  const change = useMutation({
    mutationFn: (signUpOpen: boolean) => instanceApi.updateInstanceSettings({ body: { signUpOpen } }),
    onSuccess: (changed) => queryClient.setQueryData(instanceSettingsQuery.queryKey, changed),
    onError: showError,
    onSettled: () => queryClient.invalidateQueries(setupQuery),
  });
  return (
    <Section title="Sign-up">
      <Loaded query={settings}>
        {({ signUpOpen }) => (
          <Switch
            label="Anybody may make an account"
            hint="While this is off people join by invitation only."
            checked={change.isPending ? change.variables : signUpOpen}
            onCheckedChange={(open) => change.mutate(open)}
          />
        )}
      </Loaded>
    </Section>
  );
}
