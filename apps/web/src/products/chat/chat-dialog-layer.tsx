import { Dialog } from "@mindmesh/ui";
import type { ReactNode } from "react";
import { ModelList } from "../../models/model-list.tsx";
import { closeChatDialog, useChatDialog, type ChatDialog } from "./chat-dialogs.ts";
import { FolderForm } from "./folder-form.tsx";
import { PresetsPanel } from "./presets-panel.tsx";
import { SettingsForm } from "./settings-form.tsx";
import { SharePanel } from "./share-panel.tsx";
import { TagsForm } from "./tags-form.tsx";

function describe(dialog: ChatDialog): { title: string; description?: ReactNode; content: ReactNode } {
  switch (dialog.kind) {
    case "tags":
      return { title: "Tags", description: dialog.conversation.title, content: <TagsForm {...dialog} /> };
    case "share":
      return { title: "Share", description: dialog.conversation.title, content: <SharePanel {...dialog} /> };
    case "settings":
      return {
        title: "Conversation settings",
        description: "They hold from the next answer on.",
        content: <SettingsForm {...dialog} />,
      };
    case "new-folder":
      return { title: "New folder", content: <FolderForm {...dialog} folder={null} /> };
    case "rename-folder":
      return { title: "Rename folder", content: <FolderForm {...dialog} conversation={null} /> };
    case "presets":
      return {
        title: "Presets",
        description: "A system prompt and a model under a name, to begin conversations with.",
        content: <PresetsPanel {...dialog} />,
      };
    case "choose-model":
      return {
        title: "Answer with another model",
        content: (
          <div className="-mx-3 -mb-3">
            <ModelList
              workspaceId={dialog.workspaceId}
              chosen={dialog.model}
              onChoose={(model) => {
                closeChatDialog();
                dialog.onChoose(model);
              }}
            />
          </div>
        ),
      };
  }
}

/** Draws the window of Chat that is open. */
export function ChatDialogLayer() {
  const { dialog, open } = useChatDialog();
  if (!dialog) return null;
  const { title, description, content } = describe(dialog);
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => {
        if (!next) closeChatDialog();
      }}
      title={title}
      description={description}
      size={dialog.kind === "settings" || dialog.kind === "presets" ? "lg" : "md"}
    >
      {content}
    </Dialog>
  );
}
