import type { ApiKey } from "@mindmesh/contracts/workspaces";
import { Badge, Button, confirm, EmptyState, toast } from "@mindmesh/ui";
import { useQuery, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import KeySquare from "lucide-react/icons/key-square";
import Plus from "lucide-react/icons/plus";
import { useState } from "react";
import { meQuery } from "../../identity/queries.ts";
import { showError } from "../../shell/show-error.ts";
import { workspaceApi } from "../api.ts";
import { Loaded } from "../parts/loaded.tsx";
import { Moment } from "../parts/moment.tsx";
import { Row, Rows, Section } from "../parts/section.tsx";
import { apiKeysQuery } from "./queries.ts";
import { later } from "../../shell/later.tsx";

const NewApiKeyDialog = later(() => import("./new-api-key-dialog.tsx").then((part) => part.NewApiKeyDialog));

const scopeNames = { read: "Read only", write: "Read and write", admin: "Everything" };

/** Keys with which programs act for the person in this workspace; owners and admins also see those of others. */
export function ApiKeysPage({ workspaceId }: { workspaceId: string }) {
  const { data: me } = useSuspenseQuery(meQuery);
  const queryClient = useQueryClient();
  const keys = useQuery(apiKeysQuery(workspaceId));
  const [making, setMaking] = useState(false);
  const workspaceName = me.workspaces.find(({ id }) => id === workspaceId)?.name ?? "this workspace";

  const revoke = async (key: ApiKey) => {
    const sure = await confirm({
      title: `Revoke the key “${key.name}”?`,
      description: "Programs that use it stop working at once. It cannot be brought back.",
      confirmLabel: "Revoke key",
      danger: true,
    });
    if (!sure) return;
    try {
      await workspaceApi.revokeApiKey({ params: { workspaceId, keyId: key.id } });
      toast("Key revoked");
    } catch (error) {
      showError(error);
    }
    await queryClient.invalidateQueries(apiKeysQuery(workspaceId));
  };
  const newKey = (
    <Button variant="primary" icon={<Plus />} onClick={() => setMaking(true)}>
      New key
    </Button>
  );
  return (
    <Section
      title="API keys"
      description={`With a key a program acts as you in ${workspaceName}, as far as its scope and your role go.`}
      action={keys.data?.length ? newKey : null}
    >
      <Loaded query={keys}>
        {(items) =>
          items.length === 0 ? (
            <EmptyState
              icon={<KeySquare aria-hidden="true" />}
              title="No API keys yet"
              description="Make one for a script or a program that calls this server."
              action={newKey}
            />
          ) : (
            <Rows label="API keys">
              {items.map((key) => (
                <Row
                  key={key.id}
                  title={
                    <>
                      {key.name}
                      <Badge>{scopeNames[key.scope]}</Badge>
                      {key.expiresAt !== null && Date.parse(key.expiresAt) < Date.now() ? (
                        <Badge tone="danger">Expired</Badge>
                      ) : null}
                    </>
                  }
                  detail={
                    <>
                      <span className="font-mono">…{key.ending}</span>
                      {key.person.id === me.person.id ? "" : ` · ${key.person.name}`} ·{" "}
                      {key.lastUsedAt ? (
                        <>
                          used <Moment at={key.lastUsedAt} />
                        </>
                      ) : (
                        "never used"
                      )}{" "}
                      ·{" "}
                      {key.expiresAt ? (
                        <>
                          expires <Moment at={key.expiresAt} />
                        </>
                      ) : (
                        "does not expire"
                      )}
                    </>
                  }
                >
                  <Button
                    size="sm"
                    variant="danger-quiet"
                    aria-label={`Revoke ${key.name}`}
                    onClick={() => void revoke(key)}
                  >
                    Revoke
                  </Button>
                </Row>
              ))}
            </Rows>
          )
        }
      </Loaded>
      {making ? <NewApiKeyDialog workspaceId={workspaceId} onClose={() => setMaking(false)} /> : null}
    </Section>
  );
}
