import type { AccountSecurity } from "@mindmesh/contracts/account";
import { Badge, Button, toast } from "@mindmesh/ui";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { accountApi } from "../api.ts";
import { Moment } from "../parts/moment.tsx";
import { PasswordDialog } from "../parts/password-dialog.tsx";
import { Section } from "../parts/section.tsx";
import type { Authenticator } from "./authenticator-dialog.tsx";
import { securityQuery } from "./queries.ts";
import { later } from "../../shell/later.tsx";

const RecoveryCodesDialog = later(() => import("./recovery-codes-dialog.tsx").then((part) => part.RecoveryCodesDialog));
const AuthenticatorDialog = later(() => import("./authenticator-dialog.tsx").then((part) => part.AuthenticatorDialog));

type Step =
  | { at: "prove-start" | "prove-codes" | "prove-remove" }
  | { at: "scan"; authenticator: Authenticator }
  | { at: "codes"; codes: string[] };

/** Two-factor sign-in: turning it on with an authenticator app, new recovery codes, turning it off. */
export function SecondFactorSection({ secondFactor }: { secondFactor: AccountSecurity["secondFactor"] }) {
  const queryClient = useQueryClient();
  const [step, setStep] = useState<Step | null>(null);
  const close = () => setStep(null);
  // A proof that leads on to the next step must not close that one.
  const closeProof = () => setStep((now) => (now?.at.startsWith("prove") ? null : now));
  const reload = () => queryClient.invalidateQueries(securityQuery);
  return (
    <Section
      title="Two-factor sign-in"
      description="Besides the password, signing in then needs a code from an app on your phone."
      action={secondFactor ? <Badge tone="success">On</Badge> : <Badge>Off</Badge>}
    >
      {secondFactor ? (
        <>
          <p className="text-sm text-muted">
            On since <Moment at={secondFactor.enabledAt} />. {secondFactor.recoveryCodesLeft} recovery codes left.
          </p>
          <div className="mt-3 flex flex-wrap gap-2">
            <Button onClick={() => setStep({ at: "prove-codes" })}>New recovery codes</Button>
            <Button variant="danger-quiet" onClick={() => setStep({ at: "prove-remove" })}>
              Turn off
            </Button>
          </div>
        </>
      ) : (
        <Button onClick={() => setStep({ at: "prove-start" })}>Set up two-factor sign-in</Button>
      )}
      {step?.at === "prove-start" ? (
        <PasswordDialog
          title="Set up two-factor sign-in"
          description="You need an authenticator app, such as the one that came with your phone or password manager."
          confirmLabel="Continue"
          onClose={closeProof}
          run={async (body) => setStep({ at: "scan", authenticator: await accountApi.startSecondFactor({ body }) })}
        />
      ) : null}
      {step?.at === "prove-codes" ? (
        <PasswordDialog
          title="New recovery codes"
          description="The codes that you have stop working."
          confirmLabel="Make new codes"
          onClose={closeProof}
          run={async (body) => {
            const { recoveryCodes } = await accountApi.regenerateRecoveryCodes({ body });
            setStep({ at: "codes", codes: recoveryCodes });
            await reload();
          }}
        />
      ) : null}
      {step?.at === "prove-remove" ? (
        <PasswordDialog
          title="Turn off two-factor sign-in?"
          description="The password alone will then let anybody in who knows it. Your recovery codes are deleted."
          confirmLabel="Turn off"
          danger
          onClose={closeProof}
          run={async (body) => {
            await accountApi.removeSecondFactor({ body });
            toast("Two-factor sign-in is off");
            await reload();
          }}
        />
      ) : null}
      {step?.at === "scan" ? (
        <AuthenticatorDialog
          authenticator={step.authenticator}
          onClose={close}
          onConfirmed={(codes) => {
            setStep({ at: "codes", codes });
            void reload();
          }}
        />
      ) : null}
      {step?.at === "codes" ? <RecoveryCodesDialog codes={step.codes} onClose={close} /> : null}
    </Section>
  );
}
