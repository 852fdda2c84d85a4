import { ClientError } from "@mindmesh/client";
import type { Tab } from "@mindmesh/contracts/query/tabs";
import { notifyManager, type QueryClient } from "@tanstack/react-query";
import { create } from "zustand";
import { newId } from "../../../shell/new-id.ts";
import { showError } from "../../../shell/show-error.ts";
import { tabsApi } from "./api.ts";
import { keepDrafts, keptDrafts } from "./kept-drafts.ts";
import { tabsQuery, type Place } from "./queries.ts";

type Content = Pick<Tab, "title" | "text" | "cursor" | "parameters" | "results" | "savedQueryId" | "position">;

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

export const useTabDrafts = create<TabState>()(() => ({ drafts: keptDrafts<Draft>(), discarded: 0 }));

addEventListener("pagehide", () => {
  const { drafts } = useTabDrafts.getState();
  // What is under way may not arrive any more.
  const kept = Object.entries(drafts).map(([id, draft]) => [
    id,
    draft.state === "saving" ? { ...draft, state: "changed" } : draft,
  ]);
  keepDrafts(Object.fromEntries(kept));
});

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
    patch({ state: "changed", base: tab.version });
    // The page is told of the cached tab a moment later. Until then the draft must stand in for it: without it the tab would
    // be drawn as it was before, and a result that is looked at would go and come back at its beginning.
    notifyManager.schedule(() => {
      if (draftOf(tabId)?.content === content) setDraft(tabId, null);
    });
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

/** Saves what of these tabs was kept from before a reload. */
export function saveKept(queryClient: QueryClient, place: Place, tabs: readonly Tab[]) {
  for (const { id } of tabs) {
    const state = draftOf(id)?.state;
    if ((state === "changed" || state === "failed") && !timers.has(id)) void saveTab(queryClient, place, id);
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

/** The tabs in the order in which they stand here, moves among them that are not saved yet. */
export function inOrder(tabs: readonly Tab[], drafts: TabState["drafts"]): Tab[] {
  const positionOf = ({ id, position }: Tab) => drafts[id]?.content.position ?? position;
  return tabs.toSorted((one, other) => positionOf(one) - positionOf(other));
}

/**
 * Puts a tab at another place among the others.
 * @param tabs in their order
 * @param to the place that it has afterwards, from 0
 */
export function moveTab(queryClient: QueryClient, place: Place, tabs: readonly Tab[], tab: Tab, to: number) {
  const others = tabs.filter(({ id }) => id !== tab.id);
  const positions = others.map(({ id, position }) => draftOf(id)?.content.position ?? position);
  const [before, after] = [positions[to - 1], positions[to]];
  const position =
    before === undefined ? (after ?? 1) - 1 : after === undefined ? before + 1 : before + (after - before) / 2;
  if (position !== before && position !== after) return changeTab(queryClient, place, tab, { position });
  // There is no number left between the two.
  return others.toSpliced(to, 0, tab).forEach((each, at) => changeTab(queryClient, place, each, { position: at + 1 }));
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

/** Opens a tab that was closed where it stood, with its results. */
export async function reopenTab(queryClient: QueryClient, place: Place, closed: Tab): Promise<string | null> {
  const { title, text, parameters, savedQueryId, position, cursor, results } = closed;
  const tabId = await openTab(queryClient, place, { title, text, parameters, savedQueryId });
  const tab = queryClient.getQueryData(tabsQuery(place).queryKey)?.items.find(({ id }) => id === tabId);
  if (tab) changeTab(queryClient, place, tab, { position, cursor, results });
  return tabId;
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
