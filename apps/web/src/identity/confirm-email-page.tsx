import { ClientError } from "@mindmesh/client";
import { Button, Callout } from "@mindmesh/ui";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import MailCheck from "lucide-react/icons/mail-check";
import { CenteredPage } from "../shell/centered-page.tsx";
import { identityApi } from "./api.ts";
import { LinkBroken } from "./link-broken.tsx";
import { useLinkToken } from "./link-token.ts";

/** Finishes a change of address. It waits for a press, because mail programs open links by themselves. */
export function ConfirmEmailPage() {
  const token = useLinkToken();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const confirm = useMutation({
    mutationFn: () => identityApi.confirmEmail({ body: { token } }),
    onSuccess: () => queryClient.clear(),
  });
  const message =
    token === ""
      ? "Part of it is missing. Copy the whole link."
      : confirm.error instanceof ClientError && confirm.error.message;
  if (message) {
    return (
      <CenteredPage title="E-mail address">
        <LinkBroken message={message} />
      </CenteredPage>
    );
  }
  if (confirm.data) {
    return (
      <CenteredPage title="E-mail address">
        <Callout tone="success" icon={<MailCheck aria-hidden="true" />}>
          Your address is now {confirm.data.email}.
        </Callout>
        <Button variant="primary" size="lg" className="mt-6 w-full" onClick={() => void navigate({ to: "/" })}>
          Go on
        </Button>
      </CenteredPage>
    );
  }
  return (
    <CenteredPage title="E-mail address" description="Confirm that this address is yours.">
      <Button variant="primary" size="lg" className="w-full" busy={confirm.isPending} onClick={() => confirm.mutate()}>
        Confirm address
      </Button>
    </CenteredPage>
  );
}
