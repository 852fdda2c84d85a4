import { create } from "zustand";
import type { Place } from "./queries.ts";

/** What has been written into a file and is not saved yet. */
export interface Draft {
  text: string;
  /** The version that it was made from. */
  base: number;
  /** `conflict`: another device has saved the file meanwhile; `failed`: see `message`. */
  state: "changed" | "saving" | "conflict" | "failed";
  message: string | null;
}

interface EditorState {
  /** By `keyOf`. */
  drafts: Record<string, Draft>;
  /** The file that is in the editor, per conversation. */
  activePaths: Record<string, string>;
  /** How often a draft was given up for what the server has: its editor takes the server's text then. */
  discarded: number;
  /** Runs from the panel keep their variables. */
  keepVariables: boolean;
  /** A line to go to; a new object goes there again. */
  goTo: { path: string; line: number } | null;
}

/** The panel's state that the server does not know. */
export const useEditorState = create<EditorState>()(() => ({
  drafts: {},
  activePaths: {},
  discarded: 0,
  keepVariables: false,
  goTo: null,
}));

export const keyOf = (place: Place, path: string) => `${place.conversationId}/${path}`;
export const draftOf = (place: Place, path: string) => useEditorState.getState().drafts[keyOf(place, path)];

export function setDraft(place: Place, path: string, draft: Draft | null) {
  useEditorState.setState(({ drafts }) => {
    const { [keyOf(place, path)]: _, ...rest } = drafts;
    return { drafts: draft ? { ...rest, [keyOf(place, path)]: draft } : rest };
  });
}

/** Takes the server's text in the draft's place. */
export function discardDraft(place: Place, path: string) {
  setDraft(place, path, null);
  useEditorState.setState(({ discarded }) => ({ discarded: discarded + 1 }));
}

export function showFile({ conversationId }: Place, path: string, line?: number) {
  useEditorState.setState(({ activePaths }) => ({
    activePaths: { ...activePaths, [conversationId]: path },
    goTo: line === undefined ? null : { path, line },
  }));
}
