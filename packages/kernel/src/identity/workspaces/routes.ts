import { workspaceRoutes } from "@mindmesh/contracts/workspaces";
import type { FastifyInstance } from "fastify";
import { actorOf } from "../../audit/index.ts";
import { implement, requireDevice } from "../../http/index.ts";
import type { Identity } from "../dependencies.ts";
import { createApiKey, listApiKeys, revokeApiKey } from "./api-keys.ts";
import { invite, listInvitations, resendInvitation, revokeInvitation } from "./invitations.ts";
import { changeRole, leaveWorkspace, listMembers, removeMember } from "./members.ts";
import { type ForgetWorkspace, createWorkspace, deleteWorkspace, renameWorkspace } from "./workspaces.ts";

/** Registers workspaces, their members, invitations and API keys. */
export function workspaceRoutesOn(app: FastifyInstance, identity: Identity, forgetWorkspace: ForgetWorkspace): void {
  const { db, realtime } = identity;
  implement(app, workspaceRoutes, {
    createWorkspace: ({ caller, body, request }) =>
      db.system((tx) => createWorkspace(tx, caller.personId, body.name, actorOf(request))),
    updateWorkspace: ({ caller, body, request }) => renameWorkspace(db, caller, body.name, actorOf(request)),
    deleteWorkspace: async ({ caller, body, request }) => {
      requireDevice(caller);
      const people = await listMembers(db, caller.workspaceId);
      await deleteWorkspace(db, forgetWorkspace, caller, body.name, actorOf(request));
      for (const { id } of people) realtime.disconnect({ personId: id });
    },
    leaveWorkspace: async ({ caller, request }) => {
      requireDevice(caller);
      await leaveWorkspace(db, caller, actorOf(request));
      realtime.disconnect({ personId: caller.personId });
    },
    listMembers: async ({ params }) => ({ items: await listMembers(db, params.workspaceId) }),
    changeRole: async ({ caller, params, body, request }) => {
      const changed = await changeRole(db, caller, params.personId, body.role, actorOf(request));
      identity.forgetKeys({ personId: params.personId });
      return changed;
    },
    removeMember: async ({ caller, params, request }) => {
      await removeMember(db, caller, params.personId, actorOf(request));
      realtime.disconnect({ personId: params.personId });
    },
    listInvitations: async ({ caller }) => ({ items: await listInvitations(identity, caller) }),
    invite: ({ caller, body, request }) => invite(identity, caller, body, actorOf(request)),
    resendInvitation: ({ caller, params, request }) =>
      resendInvitation(identity, caller, params.invitationId, actorOf(request)),
    revokeInvitation: ({ caller, params, request }) =>
      revokeInvitation(identity, caller, params.invitationId, actorOf(request)),
    listApiKeys: async ({ caller }) => ({ items: await listApiKeys(db, caller) }),
    createApiKey: ({ caller, body, request }) => {
      // A key that could make keys would outlive its own revocation.
      requireDevice(caller);
      return db.system((tx) => createApiKey(tx, caller, body, actorOf(request)));
    },
    revokeApiKey: async ({ caller, params, request }) => {
      await revokeApiKey(db, caller, params.keyId, actorOf(request));
      realtime.disconnect({ keyId: params.keyId });
    },
  });
}
