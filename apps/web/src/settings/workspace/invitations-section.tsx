import type { Role } from "@mindmesh/contracts/permissions";
import type { Invitation } from "@mindmesh/contracts/workspaces";
import { Badge, Button, confirm, IconButton, toast } from "@mindmesh/ui";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import Plus from "lucide-react/icons/plus";
import X from "lucide-react/icons/x";
import { useState } from "react";
import { showError } from "../../shell/show-error.ts";
import { workspaceApi } from "../api.ts";
import { Loaded } from "../parts/loaded.tsx";
import { Moment } from "../parts/moment.tsx";
import { Row, Rows, Section } from "../parts/section.tsx";
import type { SentLink } from "./invite-dialog.tsx";
import { invitationsQuery } from "./queries.ts";
import { roleName } from "./roles.ts";
import { later } from "../../shell/later.tsx";

const InviteDialog = later(() => import("./invite-dialog.tsx").then((part) => part.InviteDialog));
const LinkDialog = later(() => import("./invite-dialog.tsx").then((part) => part.LinkDialog));

/** Invitations that wait to be accepted, and the way to make one. */
export function InvitationsSection({ workspaceId, role }: { workspaceId: string; role: Role }) {
  const queryClient = useQueryClient();
  const invitations = useQuery(invitationsQuery(workspaceId));
  const [inviting, setInviting] = useState(false);
  const [sent, setSent] = useState<SentLink | null>(null);
  const reload = () => queryClient.invalidateQueries(invitationsQuery(workspaceId));
  const onSent = ({ invitation, link }: { invitation: Invitation; link: string | null }) => {
    setInviting(false);
    if (link === null) toast(`An invitation was sent to ${invitation.email}`, { tone: "success" });
    else setSent({ email: invitation.email, link });
    void reload();
  };
  const resend = useMutation({
    mutationFn: (invitationId: string) => workspaceApi.resendInvitation({ params: { workspaceId, invitationId } }),
    onSuccess: onSent,
    onError: showError,
  });
  const revoke = async ({ id, email }: Invitation) => {
    const sure = await confirm({
      title: `Take back the invitation of ${email}?`,
      description: "The link that they have stops working.",
      confirmLabel: "Take back",
      danger: true,
    });
    if (!sure) return;
    await workspaceApi.revokeInvitation({ params: { workspaceId, invitationId: id } }).catch(showError);
    await reload();
  };
  return (
    <Section
      title="Invitations"
      description="People join by a link that works once."
      action={
        <Button variant="primary" icon={<Plus />} onClick={() => setInviting(true)}>
          Invite
        </Button>
      }
    >
      <Loaded query={invitations}>
        {(items) =>
          items.length === 0 ? (
            <p className="text-sm text-muted">Nobody has been invited who has not come yet.</p>
          ) : (
            <Rows label="Invitations">
              {items.map((invitation) => (
                <Row
                  key={invitation.id}
                  title={
                    <>
                      {invitation.email}
                      {invitation.expired ? <Badge tone="warning">Expired</Badge> : null}
                    </>
                  }
                  detail={
                    <>
                      {roleName(invitation.role)}
                      {invitation.invitedBy ? ` · by ${invitation.invitedBy.name}` : ""} ·{" "}
                      {invitation.expired ? "expired" : "expires"} <Moment at={invitation.expiresAt} />
                    </>
                  }
                >
                  <Button
                    size="sm"
                    busy={resend.isPending && resend.variables === invitation.id}
                    aria-label={`New link for ${invitation.email}`}
                    onClick={() => resend.mutate(invitation.id)}
                  >
                    New link
                  </Button>
                  <IconButton
                    size="sm"
                    variant="danger-quiet"
                    label={`Take back the invitation of ${invitation.email}`}
                    icon={<X />}
                    onClick={() => void revoke(invitation)}
                  />
                </Row>
              ))}
            </Rows>
          )
        }
      </Loaded>
      {inviting ? (
        <InviteDialog workspaceId={workspaceId} role={role} onSent={onSent} onClose={() => setInviting(false)} />
      ) : null}
      {sent ? <LinkDialog {...sent} onClose={() => setSent(null)} /> : null}
    </Section>
  );
}
