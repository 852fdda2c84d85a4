import { zodResolver } from "@hookform/resolvers/zod";
import { accountRoutes } from "@mindmesh/contracts/account";
import { CopyButton, Field, Input } from "@mindmesh/ui";
import { useForm } from "react-hook-form";
import { accountApi } from "../api.ts";
import { FormDialog } from "../parts/form-dialog.tsx";
import { submitTo } from "../parts/submit-to.ts";

export interface Authenticator {
  secret: string;
  uri: string;
  qrCode: string;
}

type AuthenticatorDialogProps = {
  authenticator: Authenticator;
  /** Called with the recovery codes once a first code was right. */
  onConfirmed: (recoveryCodes: string[]) => void;
  onClose: () => void;
};

/** Shows the QR code to scan and asks for the first code. */
export function AuthenticatorDialog({ authenticator, onConfirmed, onClose }: AuthenticatorDialogProps) {
  const form = useForm({
    resolver: zodResolver(accountRoutes.confirmSecondFactor.body),
    defaultValues: { code: "" },
  });
  const { errors, isSubmitting } = form.formState;
  const submit = submitTo(form, async (body) => {
    const { recoveryCodes } = await accountApi.confirmSecondFactor({ body });
    onConfirmed(recoveryCodes);
  });
  // Groups of four are easier to type.
  const secret = authenticator.secret.replaceAll(/(.{4})(?=.)/g, "$1 ");
  return (
    <FormDialog
      title="Scan with your authenticator app"
      description="Then enter the six digits that the app shows."
      submitLabel="Turn on"
      busy={isSubmitting}
      error={errors.root?.message}
      onSubmit={submit}
      onClose={onClose}
    >
      <img
        src={authenticator.qrCode}
        alt="QR code for the authenticator app"
        width={192}
        height={192}
        className="self-center rounded-md"
      />
      <div className="flex items-center gap-2 rounded-sm bg-sunken py-1 pl-3 pr-1">
        <div className="min-w-0 flex-1">
          <p className="text-xs text-muted">Or type this key into the app</p>
          <code data-secret={authenticator.secret} className="break-words font-mono text-xs text-ink">
            {secret}
          </code>
        </div>
        <CopyButton text={authenticator.secret} label="Copy key" />
      </div>
      <Field label="Code" error={errors.code?.message}>
        <Input
          {...form.register("code")}
          autoComplete="one-time-code"
          inputMode="numeric"
          spellCheck={false}
          autoFocus
        />
      </Field>
    </FormDialog>
  );
}
