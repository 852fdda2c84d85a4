import { ClientError } from "@mindmesh/client";
import type { Tab } from "@mindmesh/contracts/query/tabs";
import type { QueryClient } from "@tanstack/react-query";
import { create } from "zustand";
import { newId } from "../../../shell/new-id.ts";
import { showError } from "../../../shell/show-error.ts";
import { tabsApi } from "./api.ts";
import { tabsQuery, type Place } from "./queries.ts";

type Content = Pick<Tab, "title" | "text" | "cursor" | "parameters" | "results" | "savedQueryId">;

/** What of a tab is not saved yet. */
export interface Draft {
  content: Partial<Content>;
  /** The version that it was made from. */
  base: number;
  state: "changed" | "saving" | "conflict" | "failed";
  message: string | null;
}

interface TabState {
  drafts: Readonly<Record<string, Draft>>;
  /** How often a draft was given up for what the server has: the editor takes the server's text then. */
  discarded: number;
}

export const useTabDrafts = create<TabState>()(() => ({ drafts: {}, discarded: 0 }));

const draftOf = (tabId: string) => useTabDrafts.getState().drafts[tabId];

function setDraft(tabId: string, draft: Draft | null) {
  useTabDrafts.setState(({ drafts }) => {
    const { [tabId]: _, ...rest } = drafts;
    return { drafts: draft ? { ...rest, [tabId]: draft } : rest };
  });
}

/** So long after the last key, in milliseconds, what was written is saved. */
const restMilliseconds = 700;
const timers = new Map<string, ReturnType<typeof setTimeout>>();
const saving = new Map<string, Promise<void>>();

function cacheTab(queryClient: QueryClient, place: Place, tab: Tab) {
  queryClient.setQueryData(tabsQuery(place).queryKey, (known) => {
    if (!known) return known;
    const others = known.items.filter(({ id }) => id !== tab.id);
    return { items: [...others, tab].toSorted((one, other) => one.position - other.position) };
  });
}

/** Keeps a change of a tab, and saves it when the person rests. */
export function changeTab(queryClient: QueryClient, place: Place, tab: Tab, content: Partial<Content>) {
  const known = draftOf(tab.id);
  // Who calls may have been drawn before the last save: what is cached is newer.
  const cached = queryClient.getQueryData(tabsQuery(place).queryKey)?.items.find(({ id }) => id === tab.id);
  setDraft(tab.id, {
    content: { ...known?.content, ...content },
    base: known?.base ?? cached?.version ?? tab.version,
    state: known?.state === "conflict" ? "conflict" : "changed",
    message: null,
  });
  clearTimeout(timers.get(tab.id));
  timers.set(
    tab.id,
    setTimeout(() => void saveTab(queryClient, place, tab.id), restMilliseconds),
  );
}

/** Saves what is not saved yet. */
export async function saveTab(queryClient: QueryClient, place: Place, tabId: string): Promise<void> {
  clearTimeout(timers.get(tabId));
  await saving.get(tabId);
  const draft = draftOf(tabId);
  if (!draft || draft.state === "conflict") return;
  const work = send(queryClient, place, tabId, draft).finally(() => saving.delete(tabId));
  saving.set(tabId, work);
  await work;
}

async function send(queryClient: QueryClient, place: Place, tabId: string, { content, base }: Draft) {
  const patch = (what: Partial<Draft>) => {
    const draft = draftOf(tabId);
    if (draft) setDraft(tabId, { ...draft, ...what });
  };
  patch({ state: "saving" });
  try {
    const tab = await tabsApi.changeTab({ params: { ...place, tabId }, body: { version: base, ...content } });
    cacheTab(queryClient, place, tab);
    if (draftOf(tabId)?.content === content) setDraft(tabId, null);
    else patch({ state: "changed", base: tab.version });
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    const isConflict = error.status === 409;
    if (isConflict) await queryClient.invalidateQueries(tabsQuery(place));
    // What only says where somebody was is not worth a question.
    const writes = content.text !== undefined || content.title !== undefined;
    if (isConflict && !writes) setDraft(tabId, null);
    else patch({ state: isConflict ? "conflict" : "failed", message: error.message });
  }
}

/** Settles a conflict in favour of what was written here. */
export function keepMine(queryClient: QueryClient, place: Place, tab: Tab) {
  const draft = draftOf(tab.id);
  if (!draft) return;
  setDraft(tab.id, { ...draft, base: tab.version, state: "changed", message: null });
  void saveTab(queryClient, place, tab.id);
}

/** Takes what the server has in the place of what was written here. */
export function takeTheirs(tabId: string) {
  setDraft(tabId, null);
  useTabDrafts.setState(({ discarded }) => ({ discarded: discarded + 1 }));
}

/** Opens a tab; gives back its id, or null when the server refused. */
export async function openTab(
  queryClient: QueryClient,
  place: Place,
  content: Partial<Pick<Tab, "title" | "text" | "parameters" | "savedQueryId">> = {},
): Promise<string | null> {
  try {
    const tab = await tabsApi.createTab({ params: { ...place }, body: { id: newId(), ...content } });
    cacheTab(queryClient, place, tab);
    return tab.id;
  } catch (error) {
    showError(error);
    return null;
  }
}

/** Closes a tab; gives back what it held, so that it can be opened again. */
export async function closeTab(queryClient: QueryClient, place: Place, tab: Tab): Promise<Tab | null> {
  const whole = { ...tab, ...draftOf(tab.id)?.content };
  clearTimeout(timers.get(tab.id));
  await saving.get(tab.id);
  try {
    await tabsApi.closeTab({ params: { ...place, tabId: tab.id } });
  } catch (error) {
    showError(error);
    return null;
  }
  setDraft(tab.id, null);
  queryClient.setQueryData(
    tabsQuery(place).queryKey,
    (known) => known && { items: known.items.filter(({ id }) => id !== tab.id) },
  );
  return whole;
}
