const storageKey = "mindmesh.workspace";

/** The workspace that was last open on this device; null when none was. */
export function lastWorkspace() {
  try {
    return localStorage.getItem(storageKey);
  } catch {
    return null;
  }
}

export function rememberWorkspace(workspaceId: string) {
  try {
    localStorage.setItem(storageKey, workspaceId);
  } catch {
    // Without storage the first workspace opens next time.
  }
}
