import { ClientError } from "@mindmesh/client";
import type { EditorFile } from "@mindmesh/contracts/runs";
import { toast } from "@mindmesh/ui";
import type { QueryClient } from "@tanstack/react-query";
import { showError } from "../../../shell/show-error.ts";
import { runApi } from "./api.ts";
import { draftOf, setDraft, showFile } from "./editor-state.ts";
import { editorFilesQuery, type Place } from "./queries.ts";

/** So long after the last key, in milliseconds, what was written is saved. */
const restMilliseconds = 700;
const timers = new Map<string, ReturnType<typeof setTimeout>>();
const saving = new Map<string, Promise<boolean>>();

const byPath = (one: EditorFile, other: EditorFile) => one.path.localeCompare(other.path);

/** Puts a file into the list, or takes the one at `gonePath` out of it. */
function cacheFile(queryClient: QueryClient, place: Place, file: EditorFile | null, gonePath: string | null) {
  queryClient.setQueryData(editorFilesQuery(place).queryKey, (known) => {
    if (!known) return known;
    const others = known.items.filter(({ path }) => path !== gonePath && path !== file?.path);
    return { items: file ? [...others, file].toSorted(byPath) : others };
  });
}

/** Keeps what was written, and saves it when the person rests. */
export function writeFile(queryClient: QueryClient, place: Place, file: EditorFile, text: string) {
  const known = draftOf(place, file.path);
  const state = known?.state === "conflict" ? "conflict" : "changed";
  setDraft(place, file.path, { text, base: known?.base ?? file.version, state, message: null });
  const key = `${place.conversationId}/${file.path}`;
  clearTimeout(timers.get(key));
  timers.set(
    key,
    setTimeout(() => void saveFile(queryClient, place, file.path), restMilliseconds),
  );
}

/** Saves what is not saved yet. False when the server has something else, or cannot be reached. */
export async function saveFile(queryClient: QueryClient, place: Place, path: string): Promise<boolean> {
  const key = `${place.conversationId}/${path}`;
  clearTimeout(timers.get(key));
  await saving.get(key);
  const draft = draftOf(place, path);
  if (!draft) return true;
  if (draft.state === "conflict") return false;
  const work = send(queryClient, place, path, draft.text, draft.base);
  saving.set(key, work);
  const saved = await work;
  saving.delete(key);
  // Written on while it was being saved.
  if (saved && draftOf(place, path)) return saveFile(queryClient, place, path);
  return saved;
}

async function send(queryClient: QueryClient, place: Place, path: string, text: string, base: number) {
  const change = (what: Partial<NonNullable<ReturnType<typeof draftOf>>>) => {
    const draft = draftOf(place, path);
    if (draft) setDraft(place, path, { ...draft, ...what });
  };
  change({ state: "saving" });
  try {
    const file = await runApi.saveEditorFile({ params: place, body: { path, content: text, version: base } });
    cacheFile(queryClient, place, file, null);
    if (draftOf(place, path)?.text === text) setDraft(place, path, null);
    else change({ state: "changed", base: file.version });
    return true;
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    const conflict = error.status === 409;
    if (conflict) await queryClient.invalidateQueries(editorFilesQuery(place));
    change({ state: conflict ? "conflict" : "failed", message: error.message });
    return false;
  }
}

/** Settles a conflict in favour of what was written here. */
export function keepMine(queryClient: QueryClient, place: Place, file: EditorFile) {
  const draft = draftOf(place, file.path);
  if (!draft) return;
  setDraft(place, file.path, { ...draft, base: file.version, state: "changed", message: null });
  void saveFile(queryClient, place, file.path);
}

/** Makes a file and shows it. Throws a ClientError when the server refuses. */
export async function makeFile(queryClient: QueryClient, place: Place, path: string, content: string) {
  const file = await runApi.saveEditorFile({ params: place, body: { path, content, version: null } });
  cacheFile(queryClient, place, file, null);
  showFile(place, file.path);
}

/** Gives a file another path; what is not saved yet is saved with it. Throws a ClientError when the server refuses. */
export async function renameFile(queryClient: QueryClient, place: Place, file: EditorFile, newPath: string) {
  await saving.get(`${place.conversationId}/${file.path}`);
  const draft = draftOf(place, file.path);
  const body = { path: file.path, content: draft?.text ?? file.content, version: draft?.base ?? file.version, newPath };
  const renamed = await runApi.saveEditorFile({ params: place, body });
  setDraft(place, file.path, null);
  cacheFile(queryClient, place, renamed, file.path);
  showFile(place, renamed.path);
}

/** Deletes a file; the toast's Undo makes it again as it was. */
export async function deleteFile(queryClient: QueryClient, place: Place, file: EditorFile) {
  const text = draftOf(place, file.path)?.text ?? file.content;
  try {
    await runApi.deleteEditorFile({ params: place, query: { path: file.path, version: file.version } });
  } catch (error) {
    showError(error);
    await queryClient.invalidateQueries(editorFilesQuery(place));
    return;
  }
  setDraft(place, file.path, null);
  cacheFile(queryClient, place, null, file.path);
  toast(`${file.path} was deleted`, {
    action: {
      label: "Undo",
      onSelect: () => void makeFile(queryClient, place, file.path, text).catch(showError),
    },
  });
}
