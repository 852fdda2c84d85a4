import { z } from "zod";
import { confirmation } from "./account.ts";
import { id, moment, page, pageQuery, prose } from "./fields.ts";
import { defineRoute } from "./route.ts";

export const instanceSettings = z.object({ signUpOpen: z.boolean() });

export const instancePerson = z.object({
  id,
  name: z.string(),
  email: z.string(),
  isInstanceOwner: z.boolean(),
  disabled: z.boolean(),
  hasSecondFactor: z.boolean(),
  workspaces: z.number().int(),
  createdAt: moment,
  lastSeenAt: moment.nullable(),
});
export type InstancePerson = z.infer<typeof instancePerson>;

const personParams = z.object({ personId: id });

/** For the owner of the server, signed in on a device. */
export const instanceRoutes = {
  readInstanceSettings: defineRoute({
    method: "GET",
    path: "/api/instance/settings",
    summary: "Settings of the whole server",
    tag: "instance",
    audience: "device",
    scope: "admin",
    response: instanceSettings,
  }),
  updateInstanceSettings: defineRoute({
    method: "PATCH",
    path: "/api/instance/settings",
    summary: "Open or close sign-up",
    tag: "instance",
    audience: "device",
    scope: "admin",
    body: instanceSettings.partial(),
    response: instanceSettings,
  }),
  listPeople: defineRoute({
    method: "GET",
    path: "/api/instance/people",
    summary: "Everybody with an account, newest first",
    tag: "instance",
    audience: "device",
    scope: "admin",
    query: pageQuery.extend({ search: prose(200).trim().optional() }),
    response: page(instancePerson),
  }),
  disablePerson: defineRoute({
    method: "POST",
    path: "/api/instance/people/:personId/disable",
    summary: "Lock an account: its devices and keys stop working at once, its data stays",
    tag: "instance",
    audience: "device",
    scope: "admin",
    params: personParams,
    response: "none",
  }),
  enablePerson: defineRoute({
    method: "POST",
    path: "/api/instance/people/:personId/enable",
    summary: "Open a locked account again",
    tag: "instance",
    audience: "device",
    scope: "admin",
    params: personParams,
    response: "none",
  }),
  makeResetLink: defineRoute({
    method: "POST",
    path: "/api/instance/people/:personId/reset-link",
    summary: "A link, to be handed over, with which a person sets a new password",
    tag: "instance",
    audience: "device",
    scope: "admin",
    limit: "sensitive",
    params: personParams,
    body: confirmation,
    response: z.object({ link: z.string(), expiresAt: moment }),
  }),
  clearSecondFactor: defineRoute({
    method: "POST",
    path: "/api/instance/people/:personId/clear-second-factor",
    summary: "Turn off the second factor of somebody who has lost it",
    tag: "instance",
    audience: "device",
    scope: "admin",
    limit: "sensitive",
    params: personParams,
    body: confirmation,
    response: "none",
  }),
  handOverServer: defineRoute({
    method: "POST",
    path: "/api/instance/owner",
    summary: "Make somebody else the owner of the server",
    tag: "instance",
    audience: "device",
    scope: "admin",
    limit: "sensitive",
    body: confirmation.extend({ personId: id }),
    response: "none",
  }),
};
