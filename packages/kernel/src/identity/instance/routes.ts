import { instanceRoutes } from "@mindmesh/contracts/instance";
import type { FastifyInstance } from "fastify";
import { actorOf } from "../../audit/index.ts";
import { implement, requireInstanceOwner } from "../../http/index.ts";
import { confirmPerson } from "../account/confirm-person.ts";
import type { Identity } from "../dependencies.ts";
import { clearSecondFactor, disablePerson, enablePerson, handOverServer, listPeople, makeResetLink } from "./people.ts";
import { readInstanceSettings, updateInstanceSettings } from "./settings.ts";

/** Registers what the owner of the server may do. */
export function instanceRoutesOn(app: FastifyInstance, identity: Identity): void {
  const { db } = identity;
  implement(app, instanceRoutes, {
    readInstanceSettings: ({ caller }) => {
      requireInstanceOwner(caller);
      return db.system(readInstanceSettings);
    },
    updateInstanceSettings: ({ caller, body, request }) => {
      requireInstanceOwner(caller);
      return db.system((tx) => updateInstanceSettings(tx, body, actorOf(request)));
    },
    listPeople: ({ caller, query }) => {
      requireInstanceOwner(caller);
      return listPeople(identity, query);
    },
    disablePerson: async ({ caller, params, request }) => {
      requireInstanceOwner(caller);
      await disablePerson(identity, params.personId, actorOf(request));
    },
    enablePerson: async ({ caller, params, request }) => {
      requireInstanceOwner(caller);
      await enablePerson(identity, params.personId, actorOf(request));
    },
    makeResetLink: async ({ caller, params, body, request }) => {
      requireInstanceOwner(caller);
      await confirmPerson(db, caller, body.password);
      return makeResetLink(identity, params.personId, actorOf(request));
    },
    clearSecondFactor: async ({ caller, params, body, request }) => {
      requireInstanceOwner(caller);
      await confirmPerson(db, caller, body.password);
      await clearSecondFactor(identity, params.personId, actorOf(request));
    },
    handOverServer: async ({ caller, body, request }) => {
      requireInstanceOwner(caller);
      await confirmPerson(db, caller, body.password);
      await handOverServer(identity, caller.personId, body.personId, actorOf(request));
    },
  });
}
