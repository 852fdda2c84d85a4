import type { KeyOwner, ProviderKey } from "@mindmesh/contracts/models";
import { Badge, Button, confirm, EmptyState, IconButton, toast } from "@mindmesh/ui";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import KeyRound from "lucide-react/icons/key-round";
import Plus from "lucide-react/icons/plus";
import Trash2 from "lucide-react/icons/trash-2";
import { useState } from "react";
import { workspaceKey } from "../../live/live-connection.ts";
import { showError } from "../../shell/show-error.ts";
import { modelsApi } from "../../models/api.ts";
import { Loaded } from "../parts/loaded.tsx";
import { Moment } from "../parts/moment.tsx";
import { Row, Rows, Section } from "../parts/section.tsx";
import { providerKeysQuery } from "../../models/queries.ts";
import { later } from "../../shell/later.tsx";

const AddKeyDialog = later(() => import("./add-key-dialog.tsx").then((part) => part.AddKeyDialog));

type KeysSectionProps = { workspaceId: string; owner: KeyOwner; mayChange: boolean };

const about = {
  person: "Only you can use them, and they come before the workspace’s. Kept encrypted; nobody can read them again.",
  workspace: "Everybody in the workspace uses them. Kept encrypted; nobody can read them again.",
};

/** The provider keys of one owner: their last four characters, what their test said, adding and deleting. */
export function KeysSection({ workspaceId, owner, mayChange }: KeysSectionProps) {
  const queryClient = useQueryClient();
  const keys = useQuery(providerKeysQuery(workspaceId));
  const [adding, setAdding] = useState(false);
  const reload = () => queryClient.invalidateQueries({ queryKey: [...workspaceKey(workspaceId), "models"] });
  const test = useMutation({
    mutationFn: (keyId: string) => modelsApi.testProviderKey({ params: { workspaceId, keyId } }),
    onSuccess: ({ name, test: { result, message } }) =>
      void (result === "ok"
        ? toast(`The key for ${name} works`, { tone: "success" })
        : toast(`The key for ${name} does not work`, { tone: "danger", description: message })),
    onError: showError,
    onSettled: reload,
  });
  const remove = async (key: ProviderKey) => {
    const sure = await confirm({
      title: `Delete the key for ${key.name}?`,
      description: "Its models can no longer be used with it. To bring it back you must enter it again.",
      confirmLabel: "Delete key",
      danger: true,
    });
    if (!sure) return;
    try {
      await modelsApi.deleteProviderKey({ params: { workspaceId, keyId: key.id } });
      toast("Key deleted");
    } catch (error) {
      showError(error);
    }
    await reload();
  };
  const own = keys.data?.filter((key) => key.owner === owner);
  const add = mayChange ? (
    <Button variant="primary" icon={<Plus />} onClick={() => setAdding(true)}>
      Add a key
    </Button>
  ) : null;
  return (
    <Section
      title={owner === "person" ? "My provider keys" : "The workspace’s provider keys"}
      description={about[owner]}
      action={own?.length ? add : null}
    >
      <Loaded query={keys}>
        {() =>
          own?.length === 0 ? (
            <EmptyState
              icon={<KeyRound aria-hidden="true" />}
              title="No keys yet"
              description={
                mayChange
                  ? "Add one of Anthropic, OpenAI, Google, Groq, Mistral, or of any server that speaks OpenAI’s protocol."
                  : "An owner or admin of the workspace can add one."
              }
              action={add}
            />
          ) : (
            <Rows label="Provider keys">
              {own?.map((key) => (
                <Row
                  key={key.id}
                  title={
                    <>
                      {key.name}
                      {key.lastFour === null ? null : (
                        <span className="font-mono text-xs text-muted">…{key.lastFour}</span>
                      )}
                      {key.test.result === "ok" ? (
                        <Badge tone="success">Works</Badge>
                      ) : (
                        <Badge tone="danger">Does not work</Badge>
                      )}
                    </>
                  }
                  detail={
                    <>
                      {key.baseUrl === null ? null : `${key.baseUrl} · `}
                      {key.test.result === "ok" ? null : `${key.test.message} · `}
                      tested <Moment at={key.test.at} />
                    </>
                  }
                >
                  {mayChange ? (
                    <>
                      <Button
                        size="sm"
                        aria-label={`Test the key for ${key.name}`}
                        busy={test.isPending && test.variables === key.id}
                        onClick={() => test.mutate(key.id)}
                      >
                        Test
                      </Button>
                      <IconButton
                        size="sm"
                        variant="danger-quiet"
                        label={`Delete the key for ${key.name}`}
                        icon={<Trash2 />}
                        onClick={() => void remove(key)}
                      />
                    </>
                  ) : null}
                </Row>
              ))}
            </Rows>
          )
        }
      </Loaded>
      {adding ? (
        <AddKeyDialog workspaceId={workspaceId} owner={owner} onAdded={reload} onClose={() => setAdding(false)} />
      ) : null}
    </Section>
  );
}
