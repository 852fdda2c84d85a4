import { ClientError } from "@mindmesh/client";
import type { Conversation, Folder } from "@mindmesh/contracts/chat";
import { Button, Field, Input } from "@mindmesh/ui";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { chatApi } from "./api.ts";
import { changeConversation } from "./change-conversation.ts";
import { closeChatDialog } from "./chat-dialogs.ts";
import { foldersQuery } from "./queries.ts";

type FolderFormProps = {
  workspaceId: string;
  /** The one to rename; null makes a new one. */
  folder: Folder | null;
  /** Moved into the new folder. */
  conversation: Conversation | null;
};

export function FolderForm({ workspaceId, folder, conversation }: FolderFormProps) {
  const queryClient = useQueryClient();
  const [name, setName] = useState(folder?.name ?? "");
  const save = useMutation({
    mutationFn: async () => {
      const saved = folder
        ? await chatApi.updateFolder({ params: { workspaceId, folderId: folder.id }, body: { name } })
        : await chatApi.createFolder({ params: { workspaceId }, body: { name } });
      await queryClient.invalidateQueries(foldersQuery(workspaceId));
      if (conversation) await changeConversation(queryClient, workspaceId, conversation, { folderId: saved.id });
    },
    onSuccess: closeChatDialog,
  });
  const error = save.error instanceof ClientError ? (save.error.fields["name"] ?? save.error.message) : undefined;
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Field label="Name" error={error}>
        <Input value={name} onChange={(event) => setName(event.target.value)} autoFocus maxLength={100} />
      </Field>
      <Button type="submit" variant="primary" busy={save.isPending} disabled={name.trim() === ""} className="self-end">
        {folder ? "Rename" : "Make folder"}
      </Button>
    </form>
  );
}
