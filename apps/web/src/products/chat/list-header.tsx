import { DropdownMenu, IconButton, type MenuEntry } from "@mindmesh/ui";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import Archive from "lucide-react/icons/archive";
import ArrowLeft from "lucide-react/icons/arrow-left";
import FolderPlus from "lucide-react/icons/folder-plus";
import ListFilter from "lucide-react/icons/list-filter";
import SlidersHorizontal from "lucide-react/icons/sliders-horizontal";
import Tag from "lucide-react/icons/tag";
import Trash2 from "lucide-react/icons/trash-2";
import Users from "lucide-react/icons/users";
import { openChatDialog } from "./chat-dialogs.ts";
import { allConversations, showInList, type ConversationFilter } from "./conversation-filter.ts";
import { emptyTrash } from "./empty-trash.ts";
import { foldersQuery, tagsQuery } from "./queries.ts";

const viewTitles = { active: "Conversations", archived: "Archive", trash: "Trash", shared: "Shared with me" };

/** Above the list: what it shows, the way back to everything, and the way to the other parts. */
export function ListHeader({ workspaceId, filter }: { workspaceId: string; filter: ConversationFilter }) {
  const queryClient = useQueryClient();
  const { data: folders } = useQuery(foldersQuery(workspaceId));
  const { data: tags } = useQuery(tagsQuery(workspaceId));
  const everything = filter === allConversations;
  const title =
    filter.tag === undefined
      ? filter.folderId === undefined
        ? viewTitles[filter.view]
        : (folders?.find((folder) => folder.id === filter.folderId)?.name ?? "Folder")
      : `#${filter.tag}`;
  const entries: MenuEntry[] = [
    { label: "Shared with me", icon: <Users />, onSelect: () => showInList({ view: "shared" }) },
    { label: "Archive", icon: <Archive />, onSelect: () => showInList({ view: "archived" }) },
    { label: "Trash", icon: <Trash2 />, onSelect: () => showInList({ view: "trash" }) },
    ...(tags && tags.length > 0
      ? [
          {
            kind: "submenu" as const,
            label: "Tags",
            icon: <Tag />,
            entries: tags.slice(0, 40).map(({ tag, count }) => ({
              label: `${tag} (${count})`,
              onSelect: () => showInList({ view: "active", tag }),
            })),
          },
        ]
      : []),
    { kind: "separator" },
    {
      label: "New folder",
      icon: <FolderPlus />,
      onSelect: () => openChatDialog({ kind: "new-folder", workspaceId, conversation: null }),
    },
    { label: "Presets", icon: <SlidersHorizontal />, onSelect: () => openChatDialog({ kind: "presets", workspaceId }) },
    ...(filter.view === "trash"
      ? [
          { kind: "separator" as const },
          {
            label: "Empty the trash",
            icon: <Trash2 />,
            danger: true,
            onSelect: () => void emptyTrash(queryClient, workspaceId),
          },
        ]
      : []),
  ];
  return (
    <div className="sticky top-0 z-10 flex h-9 items-center gap-1 bg-panel pl-4 pr-2 touch:h-11">
      {everything ? null : (
        <IconButton
          size="sm"
          label="All conversations"
          icon={<ArrowLeft />}
          className="-ml-2"
          onClick={() => showInList(allConversations)}
        />
      )}
      <h2 className="min-w-0 flex-1 truncate text-xs font-semibold text-muted">{title}</h2>
      <DropdownMenu entries={entries} align="end">
        <IconButton size="sm" label="Show and manage" icon={<ListFilter />} />
      </DropdownMenu>
    </div>
  );
}
