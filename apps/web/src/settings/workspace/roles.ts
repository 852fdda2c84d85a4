import { rolesGivenBy, type Role } from "@mindmesh/contracts/permissions";
import type { SelectOption } from "@mindmesh/ui";

const about: Record<Role, { label: string; hint: string }> = {
  owner: { label: "Owner", hint: "Everything, and may delete the workspace" },
  admin: { label: "Admin", hint: "People, keys, settings and content" },
  developer: { label: "Developer", hint: "Makes and changes content" },
  analyst: { label: "Analyst", hint: "Makes and changes content" },
  member: { label: "Member", hint: "Makes and changes content" },
  viewer: { label: "Viewer", hint: "Sees what is shared" },
};

export const roleName = (role: Role) => about[role].label;

/** The roles that a person of role `own` may give, as choices. */
export function roleOptions(own: Role): SelectOption[] {
  return rolesGivenBy(own).map((role) => ({ value: role, ...about[role] }));
}
