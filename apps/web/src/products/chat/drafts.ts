/** What is half written, kept on this device until it is sent. `place` is a conversation's id, or "new". */
const keyOf = (workspaceId: string, place: string) => `mindmesh.draft.${workspaceId}.${place}`;

export function readDraft(workspaceId: string, place: string) {
  try {
    return localStorage.getItem(keyOf(workspaceId, place)) ?? "";
  } catch {
    return "";
  }
}

export function writeDraft(workspaceId: string, place: string, text: string) {
  try {
    if (text === "") localStorage.removeItem(keyOf(workspaceId, place));
    else localStorage.setItem(keyOf(workspaceId, place), text);
  } catch {
    // Storage is closed or full: the draft then lasts as long as the page.
  }
}
