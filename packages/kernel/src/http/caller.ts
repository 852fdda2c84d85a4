import type { Role } from "@mindmesh/contracts/permissions";
import type { Scope } from "@mindmesh/contracts/route";

/** Who makes a request, as far as it has been proved. */
export interface Caller {
  personId: string;
  name: string;
  email: string;
  isInstanceOwner: boolean;
  /** A signed-in device; or an API key or a connected program, which are good for one workspace only. */
  via:
    | { kind: "session"; sessionId: string }
    | { kind: "api_key"; keyId: string; workspaceId: string }
    | { kind: "program"; grantId: string; workspaceId: string };
  scopes: ReadonlySet<Scope>;
  /** The role in the workspace that was asked for together with the caller. */
  membership?: { workspaceId: string; role: Role };
}

/** A caller inside the workspace of the request's path. */
export interface MemberCaller extends Caller {
  workspaceId: string;
  role: Role;
}

/** What `withWorkspace` needs to know of a caller. */
export function tenantOf(caller: MemberCaller): { workspaceId: string; userId: string } {
  return { workspaceId: caller.workspaceId, userId: caller.personId };
}
