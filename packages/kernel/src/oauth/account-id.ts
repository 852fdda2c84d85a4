/** A person in one workspace: whom a program acts for. */
export interface Account {
  personId: string;
  workspaceId: string;
}

/** What the library takes for an account: the person together with the workspace that they chose. */
export function formatAccount({ personId, workspaceId }: Account): string {
  return `${personId}:${workspaceId}`;
}

/** Null for what is no such id. */
export function parseAccount(text: string): Account | null {
  const [personId, workspaceId, more] = text.split(":");
  const complete = personId !== undefined && workspaceId !== undefined && more === undefined;
  return complete ? { personId, workspaceId } : null;
}
