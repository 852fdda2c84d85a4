import type { FastifyInstance } from "fastify";
import type { Jobs } from "../jobs/index.ts";
import type { BlobStore } from "../storage/index.ts";
import { type PersonData, forgetWorkspaceIn } from "../person-data/index.ts";
import { accountRoutesOn } from "./account/routes.ts";
import type { Identity } from "./dependencies.ts";
import { instanceRoutesOn } from "./instance/routes.ts";
import type { Providers } from "./providers/configured-providers.ts";
import { signInRoutesOn } from "./routes.ts";
import { workspaceRoutesOn } from "./workspaces/routes.ts";

export { type Credentials, authenticate, memberOf } from "./authentication.ts";
export { type KeptApiKeys, keepApiKeys } from "./caller-of-key.ts";
export { accessCookie } from "./cookies.ts";
export { reencryptSecondFactors } from "./account/reencrypt-second-factors.ts";
export type { Identity, IdentityKeys } from "./dependencies.ts";
export { type IdentityJobDependencies, identityJobs } from "./identity-jobs.ts";
export { type Mails, queueMails } from "./mails/mail-jobs.ts";
export { type ProviderConfig, type Providers, configuredProviders } from "./providers/configured-providers.ts";
export { hashPassword } from "./sign-in/passwords.ts";
export { createPerson, findPersonByEmail } from "./sign-in/sign-up.ts";
export { createApiKey } from "./workspaces/api-keys.ts";
export { memberFromRecord, presentMember } from "./present-member.ts";
export { type WithdrawalCheck, withdrawn } from "./withdrawn.ts";
export { createWorkspace } from "./workspaces/workspaces.ts";

export interface IdentityRouteDependencies extends Identity {
  providers: Providers;
  jobs: Pick<Jobs, "enqueue">;
  blobs: BlobStore;
  /** What the products and the other parts of the kernel hold of people. */
  parts: PersonData[];
}

/** Registers everything about people: ways in, accounts, workspaces, the owner's server. */
export function identityRoutesOn(app: FastifyInstance, dependencies: IdentityRouteDependencies): void {
  const { providers, jobs, blobs, parts, ...identity } = dependencies;
  signInRoutesOn(app, identity, providers);
  accountRoutesOn(app, identity, providers, { parts, jobs, blobs });
  workspaceRoutesOn(app, identity, (tx, workspaceId) => forgetWorkspaceIn(parts, tx, workspaceId));
  instanceRoutesOn(app, identity);
}
