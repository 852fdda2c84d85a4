import type { Conversation } from "@mindmesh/contracts/chat";
import { Button, CopyButton, Input, Switch } from "@mindmesh/ui";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { chatApi } from "./api.ts";
import { changeConversation } from "./change-conversation.ts";
import { showError } from "../../shell/show-error.ts";
import { useConversation } from "./use-conversation.ts";

/** Who besides its owner may see a conversation: the workspace, and whoever has the public link. */
export function SharePanel({ workspaceId, conversation: then }: { workspaceId: string; conversation: Conversation }) {
  const conversation = useConversation(workspaceId, then);
  const queryClient = useQueryClient();
  const params = { workspaceId, conversationId: conversation.id };
  const publish = useMutation({
    mutationFn: () => chatApi.publishConversation({ params }),
    onError: showError,
  });
  const revoke = useMutation({
    mutationFn: () => chatApi.unpublishConversation({ params }),
    onSuccess: () => publish.reset(),
    onError: showError,
  });
  const isPublic = conversation.published;
  return (
    <div className="flex flex-col gap-5">
      <Switch
        label="In the workspace"
        hint="Everybody in the workspace can read it, and all but viewers can write in it."
        checked={conversation.shared}
        onCheckedChange={(shared) => void changeConversation(queryClient, workspaceId, conversation, { shared })}
      />
      <section className="border-t border-line pt-4">
        <h3 className="text-sm font-medium">Public link</h3>
        <p className="mt-0.5 text-xs text-muted">
          Anybody who has the link can read the version that is shown now, without an account. Later messages are not
          added, and search engines are told to stay away.
        </p>
        {publish.data && isPublic ? (
          <div className="mt-3 flex gap-2">
            <Input
              readOnly
              aria-label="Public link"
              value={publish.data.url}
              onFocus={(event) => event.target.select()}
            />
            <CopyButton text={publish.data.url} label="Copy" showLabel size="md" />
          </div>
        ) : null}
        <div className="mt-3 flex flex-wrap gap-2">
          <Button busy={publish.isPending} onClick={() => publish.mutate()}>
            {isPublic ? "Make a new link" : "Make a public link"}
          </Button>
          {isPublic ? (
            <Button variant="danger-quiet" busy={revoke.isPending} onClick={() => revoke.mutate()}>
              Revoke the link
            </Button>
          ) : null}
        </div>
        {isPublic && !publish.data ? (
          <p className="mt-2 text-xs text-muted">
            There is a link. It was shown once, when it was made; a new one replaces it.
          </p>
        ) : null}
      </section>
    </div>
  );
}
