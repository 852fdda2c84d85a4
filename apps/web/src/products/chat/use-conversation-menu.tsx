import type { Conversation } from "@mindmesh/contracts/chat";
import { confirm, toast, type MenuEntry } from "@mindmesh/ui";
import { useQuery, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import Archive from "lucide-react/icons/archive";
import ArchiveRestore from "lucide-react/icons/archive-restore";
import Download from "lucide-react/icons/download";
import Folder from "lucide-react/icons/folder";
import FolderPlus from "lucide-react/icons/folder-plus";
import Pencil from "lucide-react/icons/pencil";
import Pin from "lucide-react/icons/pin";
import PinOff from "lucide-react/icons/pin-off";
import Share2 from "lucide-react/icons/share-2";
import Tag from "lucide-react/icons/tag";
import Trash2 from "lucide-react/icons/trash-2";
import Undo2 from "lucide-react/icons/undo-2";
import { meQuery } from "../../identity/queries.ts";
import { chatApi, exportUrl } from "./api.ts";
import { changeConversation, type ConversationChange } from "./change-conversation.ts";
import { openChatDialog } from "./chat-dialogs.ts";
import { foldersQuery } from "./queries.ts";
import { showError } from "../../shell/show-error.ts";

/** Gives, for a conversation, the entries of its menu: everything that the person may do with it. */
export function useConversationMenu(workspaceId: string) {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const { conversationId: openId } = useParams({ strict: false });
  const { data: me } = useSuspenseQuery(meQuery);
  const { data: folders } = useQuery(foldersQuery(workspaceId));

  return (conversation: Conversation, rename: () => void): MenuEntry[] => {
    const { id } = conversation;
    const params = { workspaceId, conversationId: id };
    const change = (what: ConversationChange) => changeConversation(queryClient, workspaceId, conversation, what);
    const leave = () => {
      if (openId === id) void navigate({ to: "/w/$workspaceId/chat", params: { workspaceId } });
    };
    const exportEntries: MenuEntry = {
      kind: "submenu",
      label: "Export",
      icon: <Download />,
      entries: (["markdown", "json"] as const).map((format) => ({
        kind: "link",
        label: format === "markdown" ? "Markdown, this version" : "JSON, all versions",
        href: exportUrl(params, format),
      })),
    };
    if (conversation.ownerId !== me.person.id) {
      return [{ label: "Rename", icon: <Pencil />, onSelect: rename }, exportEntries];
    }
    if (conversation.trashedAt !== null) {
      return [
        { label: "Put back", icon: <Undo2 />, onSelect: () => void change({ trashed: false }) },
        { kind: "separator" },
        {
          label: "Delete for good",
          icon: <Trash2 />,
          danger: true,
          onSelect: () => {
            void deleteForGood(conversation, () => chatApi.deleteConversation({ params })).then(
              (gone) => gone && leave(),
            );
          },
        },
      ];
    }
    return [
      { label: "Rename", icon: <Pencil />, shortcut: "r", onSelect: rename },
      {
        label: conversation.pinned ? "Unpin" : "Pin",
        icon: conversation.pinned ? <PinOff /> : <Pin />,
        onSelect: () => void change({ pinned: !conversation.pinned }),
      },
      {
        kind: "submenu",
        label: "Move to folder",
        icon: <Folder />,
        entries: [
          {
            kind: "choice",
            label: "Folders",
            value: conversation.folderId ?? "",
            options: [
              { value: "", label: "No folder" },
              ...(folders ?? []).map((folder) => ({ value: folder.id, label: folder.name })),
            ],
            onValueChange: (value) => void change({ folderId: value === "" ? null : value }),
          },
          { kind: "separator" },
          {
            label: "New folder",
            icon: <FolderPlus />,
            onSelect: () => openChatDialog({ kind: "new-folder", workspaceId, conversation }),
          },
        ],
      },
      { label: "Tags", icon: <Tag />, onSelect: () => openChatDialog({ kind: "tags", workspaceId, conversation }) },
      {
        label: "Share",
        icon: <Share2 />,
        onSelect: () => openChatDialog({ kind: "share", workspaceId, conversation }),
      },
      exportEntries,
      { kind: "separator" },
      {
        label: conversation.archived ? "Take out of the archive" : "Archive",
        icon: conversation.archived ? <ArchiveRestore /> : <Archive />,
        onSelect: () => {
          const archived = !conversation.archived;
          void change({ archived }).then((done) => {
            if (done && archived) {
              toast("Archived", { action: { label: "Undo", onSelect: () => void change({ archived: false }) } });
            }
          });
        },
      },
      {
        label: "Delete",
        icon: <Trash2 />,
        danger: true,
        onSelect: () => {
          void change({ trashed: true }).then((done) => {
            if (!done) return;
            leave();
            toast("Moved to the trash", {
              description: conversation.title,
              action: { label: "Undo", onSelect: () => void change({ trashed: false, pinned: conversation.pinned }) },
            });
          });
        },
      },
    ];
  };
}

async function deleteForGood(conversation: Conversation, work: () => Promise<unknown>) {
  const sure = await confirm({
    title: "Delete this conversation for good?",
    description: `“${conversation.title}” and all its messages will be gone. This cannot be undone.`,
    confirmLabel: "Delete",
    danger: true,
  });
  if (!sure) return false;
  try {
    await work();
    return true;
  } catch (error) {
    showError(error);
    return false;
  }
}
