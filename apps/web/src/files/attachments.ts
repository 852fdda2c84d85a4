import { ClientError } from "@mindmesh/client";
import { create } from "zustand";
import { type StoredFile, uploadUrl } from "./api.ts";
import { bytesInWords } from "./bytes.ts";
import { sendFile } from "./send-file.ts";

/** A file that is to go with the next message. */
export interface Attachment {
  key: string;
  name: string;
  bytes: number;
  /** Share that has been sent, 0 to 1; 1 while the server looks at it. */
  progress: number;
  /** The file once the server has it. */
  stored: StoredFile | null;
  /** Why it could not be sent, in plain words. */
  problem: string | null;
}

export const mostAttachments = 20;
const none: readonly Attachment[] = [];
const storageKey = (place: string) => `mindmesh.attachments.1.${place}`;

interface Upload {
  file: File;
  controller: AbortController;
}

const uploads = new Map<string, Upload>();
const useStore = create<{ byPlace: Readonly<Record<string, readonly Attachment[]>> }>()(() => ({ byPlace: {} }));

function stored(place: string): readonly Attachment[] {
  try {
    return JSON.parse(localStorage.getItem(storageKey(place)) ?? "[]") as Attachment[];
  } catch {
    return none;
  }
}

function read(place: string) {
  return useStore.getState().byPlace[place] ?? stored(place);
}

function write(place: string, attachments: readonly Attachment[]) {
  useStore.setState(({ byPlace }) => ({ byPlace: { ...byPlace, [place]: attachments } }));
  try {
    const ready = attachments.filter((each) => each.stored !== null);
    if (ready.length === 0) localStorage.removeItem(storageKey(place));
    else localStorage.setItem(storageKey(place), JSON.stringify(ready));
  } catch {
    // Storage is closed or full: they are then kept as long as the page.
  }
}

const change = (place: string, key: string, what: Partial<Attachment>) =>
  write(
    place,
    read(place).map((each) => (each.key === key ? { ...each, ...what } : each)),
  );

/** The files that go with the next message of a place (a draft's name); kept with the draft on this device. */
export function useAttachments(place: string): readonly Attachment[] {
  return useStore(({ byPlace }) => byPlace[place]) ?? kept(place);
}

const firstRead = new Map<string, readonly Attachment[]>();

/** What was kept from before, read once so that it stays the same object between drawings. */
function kept(place: string) {
  const known = firstRead.get(place) ?? stored(place);
  firstRead.set(place, known);
  return known;
}

async function upload(workspaceId: string, place: string, key: string, { file, controller }: Upload) {
  try {
    const answer = await sendFile(uploadUrl(workspaceId, file), file, {
      onProgress: (progress) => change(place, key, { progress }),
      signal: controller.signal,
    });
    uploads.delete(key);
    const stored = answer as StoredFile;
    // The server may have looked at it, and said so, before this answer was here.
    change(place, key, { stored: lookedAt.get(stored.id) ?? stored, progress: 1 });
  } catch (error) {
    if (controller.signal.aborted) return;
    if (!(error instanceof ClientError)) throw error;
    change(place, key, { problem: error.message });
  }
}

/** What the server has said of files since, by their id. */
const lookedAt = new Map<string, StoredFile>();
let count = 0;

/** Begins to send files. Gives back what is wrong, if some were not taken. */
export function attach(workspaceId: string, place: string, files: readonly File[], maxBytes: number | null) {
  const room = mostAttachments - read(place).length;
  const fitting = files.filter((file) => maxBytes === null || file.size <= maxBytes);
  for (const file of fitting.slice(0, room)) {
    count += 1;
    const key = `${Date.now()}-${count}`;
    const entry: Upload = { file, controller: new AbortController() };
    uploads.set(key, entry);
    const name = file.name || "Pasted file";
    write(place, [...read(place), { key, name, bytes: file.size, progress: 0, stored: null, problem: null }]);
    void upload(workspaceId, place, key, entry);
  }
  if (fitting.length > room) return `A message can have ${mostAttachments} files at most.`;
  const tooLarge = files.find((file) => !fitting.includes(file));
  if (tooLarge && maxBytes !== null) {
    return `“${tooLarge.name}” is too large: a file can have ${bytesInWords(maxBytes)} at most.`;
  }
  return null;
}

/** Sends one again that failed. */
export function attachAgain(workspaceId: string, place: string, key: string) {
  const entry = uploads.get(key);
  if (!entry) return;
  change(place, key, { problem: null, progress: 0 });
  void upload(workspaceId, place, key, entry);
}

/** Takes a file out again; the server sweeps files that no message has. */
export function detach(place: string, key: string) {
  uploads.get(key)?.controller.abort();
  uploads.delete(key);
  write(
    place,
    read(place).filter((each) => each.key !== key),
  );
}

/** Empties the list once its files have gone with a message. */
export const detachAll = (place: string) => write(place, none);

/** Puts files back that went with a message which was not sent. */
export function putBack(place: string, files: readonly StoredFile[]) {
  const back = files.map((file): Attachment => {
    const { id, name, bytes } = file;
    return { key: id, name, bytes, progress: 1, stored: file, problem: null };
  });
  write(place, [...back, ...read(place)]);
}

/** The server has read a file's text or made its thumbnail. */
export function updateAttached(file: StoredFile) {
  lookedAt.set(file.id, file);
  for (const [place, attachments] of Object.entries(useStore.getState().byPlace)) {
    for (const each of attachments) if (each.stored?.id === file.id) change(place, each.key, { stored: file });
  }
}
