import type { AccountSecurity } from "@mindmesh/contracts/account";
import type { SignInProvider } from "@mindmesh/contracts/identity";
import { Button, confirm, toast } from "@mindmesh/ui";
import { useQueryClient, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { setupQuery } from "../../identity/queries.ts";
import { showError } from "../../shell/show-error.ts";
import { accountApi } from "../api.ts";
import { Moment } from "../parts/moment.tsx";
import { PasswordDialog } from "../parts/password-dialog.tsx";
import { Row, Rows, Section } from "../parts/section.tsx";
import { securityQuery } from "./queries.ts";

/** Sign-ins at other places that lead to this account. Draws nothing where the server offers none. */
export function LinkedSignInsSection({ security }: { security: AccountSecurity }) {
  const { data: setup } = useQuery(setupQuery);
  const queryClient = useQueryClient();
  const [linking, setLinking] = useState<{ id: SignInProvider; name: string } | null>(null);
  const offered = setup?.providers ?? [];
  const unlinked = offered.filter(({ id }) => !security.identities.some((identity) => identity.provider === id));
  if (offered.length === 0 && security.identities.length === 0) return null;

  const unlink = async (provider: SignInProvider, name: string) => {
    const sure = await confirm({
      title: `Remove the sign-in with ${name}?`,
      description: "You can link it again later.",
      confirmLabel: "Remove",
      danger: true,
    });
    if (!sure) return;
    try {
      await accountApi.unlinkProvider({ params: { provider } });
      toast(`Sign-in with ${name} removed`);
    } catch (error) {
      showError(error);
    }
    await queryClient.invalidateQueries(securityQuery);
  };
  return (
    <Section title="Linked sign-ins" description="Other accounts of yours that let you in here.">
      <Rows label="Linked sign-ins">
        {security.identities.map(({ provider, name, email, linkedAt }) => (
          <Row
            key={provider}
            title={name}
            detail={
              <>
                {email ?? "No address"} · linked <Moment at={linkedAt} />
              </>
            }
          >
            <Button
              size="sm"
              onClick={() => void unlink(provider, name)}
              aria-label={`Remove the sign-in with ${name}`}
            >
              Remove
            </Button>
          </Row>
        ))}
        {unlinked.map((provider) => (
          <Row key={provider.id} title={provider.name} detail="Not linked">
            <Button size="sm" onClick={() => setLinking(provider)} aria-label={`Link ${provider.name}`}>
              Link
            </Button>
          </Row>
        ))}
      </Rows>
      {linking ? (
        <PasswordDialog
          title={`Link ${linking.name}`}
          description={`You will be sent to ${linking.name} and back.`}
          confirmLabel="Continue"
          onClose={() => setLinking(null)}
          run={async (proof) => {
            const { pathname } = window.location;
            const { url } = await accountApi.linkProvider({
              params: { provider: linking.id },
              body: { ...proof, returnTo: pathname },
            });
            window.location.assign(url);
          }}
        />
      ) : null}
    </Section>
  );
}
