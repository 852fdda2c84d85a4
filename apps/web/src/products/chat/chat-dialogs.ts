import type { Conversation, Folder } from "@mindmesh/contracts/chat";
import { create } from "zustand";

/** A window of Chat that is open above the page. */
export type ChatDialog =
  | { kind: "tags"; workspaceId: string; conversation: Conversation }
  | { kind: "share"; workspaceId: string; conversation: Conversation }
  | { kind: "settings"; workspaceId: string; conversation: Conversation }
  /** With a conversation: it is moved there. */
  | { kind: "new-folder"; workspaceId: string; conversation: Conversation | null }
  | { kind: "rename-folder"; workspaceId: string; folder: Folder }
  | { kind: "presets"; workspaceId: string }
  | { kind: "choose-model"; workspaceId: string; model: string | null; onChoose: (model: string) => void };

/** The window that is open; the last one stays while it fades out. */
export const useChatDialog = create<{ dialog: ChatDialog | null; open: boolean }>()(() => ({
  dialog: null,
  open: false,
}));

export const openChatDialog = (dialog: ChatDialog) => useChatDialog.setState({ dialog, open: true });
export const closeChatDialog = () => useChatDialog.setState({ open: false });
