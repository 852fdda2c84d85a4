import { z } from "zod";

export const roles = ["owner", "admin", "developer", "analyst", "member", "viewer"] as const;
export const role = z.enum(roles);
export type Role = z.infer<typeof role>;

const everybody = roles;
const everybodyWhoWrites = ["owner", "admin", "developer", "analyst", "member"] as const;
const administrators = ["owner", "admin"] as const;

/**
 * The one table of what a role may do in a workspace; server and page both read it. Rules that depend on more than
 * the role (only an owner makes or unmakes an owner, people see their own conversations) stand in the use cases.
 */
export const rightsTable = {
  /** See the workspace, its people and what is shared in it. */
  "workspace.read": everybody,
  /** Make and change content: conversations, files. */
  "content.write": everybodyWhoWrites,
  /** Run code in the sandbox. */
  "code.run": everybodyWhoWrites,
  /** Use database connections that are open to the role: read their schema, run statements, save queries. */
  "query.use": everybodyWhoWrites,
  /** Read schemas anew, confirm inferred keys, keep the glossary, make mock data. */
  "query.develop": ["owner", "admin", "developer"],
  /** Make and change connections, give consents, let statements write. */
  "query.manage": administrators,
  /** Delete what others have made, such as files. */
  "content.manage": administrators,
  /** Rename the workspace, set its model keys and limits. */
  "workspace.configure": administrators,
  /** Approve critical calls of others, switch tools off, set how far answers go by themselves. */
  "tools.manage": administrators,
  /** See what everybody has used and spent. */
  "usage.read": administrators,
  /** Delete the workspace and everything in it. */
  "workspace.delete": ["owner"],
  /** Invite, remove, and change roles. */
  "members.manage": administrators,
  /** See and revoke the API keys of others. */
  "apiKeys.manage": administrators,
  /** Read the audit log of the workspace. */
  "audit.read": administrators,
  /** See background work, retry and cancel it. */
  "jobs.manage": administrators,
} as const satisfies Record<string, readonly Role[]>;

export type Right = keyof typeof rightsTable;

/** Whether a role includes a right. */
export function roleMay(role: Role, right: Right): boolean {
  const holders: readonly Role[] = rightsTable[right];
  return holders.includes(role);
}

/**
 * Roles that a person of role `own` may give to or take from somebody: owners all, admins all but owner, others none.
 */
export function rolesGivenBy(own: Role): readonly Role[] {
  if (own === "owner") return roles;
  return roleMay(own, "members.manage") ? roles.filter((each) => each !== "owner") : [];
}
