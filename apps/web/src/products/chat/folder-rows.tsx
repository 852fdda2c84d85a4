import type { Folder } from "@mindmesh/contracts/chat";
import { confirm, DropdownMenu, IconButton, type MenuEntry } from "@mindmesh/ui";
import { useQuery } from "@tanstack/react-query";
import Ellipsis from "lucide-react/icons/ellipsis";
import FolderIcon from "lucide-react/icons/folder";
import Pencil from "lucide-react/icons/pencil";
import Trash2 from "lucide-react/icons/trash-2";
import { chatApi } from "./api.ts";
import { openChatDialog } from "./chat-dialogs.ts";
import { showInList } from "./conversation-filter.ts";
import { foldersQuery } from "./queries.ts";
import { showError } from "../../shell/show-error.ts";

async function deleteFolder(workspaceId: string, folder: Folder) {
  const sure = await confirm({
    title: `Delete the folder “${folder.name}”?`,
    description: "The conversations in it stay.",
    confirmLabel: "Delete folder",
    danger: true,
  });
  if (!sure) return;
  await chatApi.deleteFolder({ params: { workspaceId, folderId: folder.id } }).catch(showError);
}

/** The person's folders; pressing one shows what is in it. Draws nothing when there are none. */
export function FolderRows({ workspaceId }: { workspaceId: string }) {
  const { data: folders } = useQuery(foldersQuery(workspaceId));
  if (!folders || folders.length === 0) return null;
  return (
    <ul aria-label="Folders" className="flex flex-col gap-px px-2 pb-3">
      {folders.map((folder) => {
        const entries: MenuEntry[] = [
          {
            label: "Rename",
            icon: <Pencil />,
            onSelect: () => openChatDialog({ kind: "rename-folder", workspaceId, folder }),
          },
          {
            label: "Delete",
            icon: <Trash2 />,
            danger: true,
            onSelect: () => void deleteFolder(workspaceId, folder),
          },
        ];
        return (
          <li key={folder.id} className="group relative flex items-center rounded-sm hover:bg-hover">
            <button
              type="button"
              onClick={() => showInList({ view: "active", folderId: folder.id })}
              className="flex h-8 min-w-0 flex-1 items-center gap-2 rounded-sm px-2 text-left text-sm text-muted group-hover:text-ink touch:h-11"
            >
              <FolderIcon aria-hidden="true" className="size-4 shrink-0" />
              <span className="truncate">{folder.name}</span>
            </button>
            <DropdownMenu entries={entries} align="end">
              <IconButton
                label={`Actions for ${folder.name}`}
                icon={<Ellipsis />}
                size="sm"
                tooltip={false}
                className="mr-0.5 opacity-0 focus-visible:opacity-100 group-hover:opacity-100 aria-expanded:opacity-100 touch:opacity-100"
              />
            </DropdownMenu>
          </li>
        );
      })}
    </ul>
  );
}
