import type { DeviceSession } from "@mindmesh/contracts/account";
import { Badge, Button, confirm, toast } from "@mindmesh/ui";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import Laptop from "lucide-react/icons/laptop";
import Smartphone from "lucide-react/icons/smartphone";
import { showError } from "../../shell/show-error.ts";
import { accountApi } from "../api.ts";
import { Loaded } from "../parts/loaded.tsx";
import { Moment } from "../parts/moment.tsx";
import { Row, Rows, Section } from "../parts/section.tsx";
import { sessionsQuery } from "./queries.ts";

const isPhone = ({ userAgent }: DeviceSession) => /Mobile|Android|iPhone|iPad/.test(userAgent);

/** The devices that are signed in, and the ways to sign them out from here. */
export function DevicesSection() {
  const queryClient = useQueryClient();
  const sessions = useQuery(sessionsQuery);
  const reload = () => queryClient.invalidateQueries(sessionsQuery);
  const revoke = useMutation({
    mutationFn: (sessionId: string) => accountApi.revokeSession({ params: { sessionId } }),
    onSuccess: () => void toast("Device signed out"),
    onError: showError,
    onSettled: reload,
  });
  const revokeOthers = async () => {
    const sure = await confirm({
      title: "Sign out everywhere else?",
      description: "Every device but this one must sign in again.",
      confirmLabel: "Sign out the others",
      danger: true,
    });
    if (!sure) return;
    try {
      const { revoked } = await accountApi.revokeOtherSessions();
      toast(revoked === 1 ? "1 device signed out" : `${revoked} devices signed out`);
    } catch (error) {
      showError(error);
    }
    await reload();
  };
  const hasOthers = (sessions.data?.length ?? 0) > 1;
  return (
    <Section
      title="Devices"
      description="Where you are signed in."
      action={
        hasOthers ? (
          <Button size="sm" onClick={() => void revokeOthers()}>
            Sign out everywhere else
          </Button>
        ) : null
      }
    >
      <Loaded query={sessions}>
        {(items) => (
          <Rows label="Devices">
            {items.map((session) => (
              <Row
                key={session.id}
                icon={isPhone(session) ? <Smartphone aria-hidden="true" /> : <Laptop aria-hidden="true" />}
                title={
                  <>
                    {session.device}
                    {session.current ? <Badge tone="accent">This device</Badge> : null}
                  </>
                }
                detail={
                  <>
                    {session.ip} · used <Moment at={session.lastUsedAt} /> · signed in <Moment at={session.createdAt} />
                  </>
                }
              >
                {session.current ? null : (
                  <Button
                    size="sm"
                    aria-label={`Sign out ${session.device}`}
                    busy={revoke.isPending && revoke.variables === session.id}
                    onClick={() => revoke.mutate(session.id)}
                  >
                    Sign out
                  </Button>
                )}
              </Row>
            ))}
          </Rows>
        )}
      </Loaded>
    </Section>
  );
}
