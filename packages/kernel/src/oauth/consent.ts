import type { ProgramRequest, oauthRoutes } from "@mindmesh/contracts/oauth";
import type { z } from "zod";
import type { Actor } from "../audit/index.ts";
import type { Database } from "../db/index.ts";
import { AppError } from "../errors/index.ts";
import type { Authentication, Caller } from "../http/index.ts";
import { formatAccount } from "./account-id.ts";
import type { AuthorizationServer } from "./authorization-server.ts";
import { addGrant, hostOfClient, scopesUpTo, widestScope } from "./grants.ts";
import { describeRedirect } from "./redirect-address.ts";

const gone = () =>
  new AppError("not_found", { message: "This request has been answered or has expired. Start again in the program." });

/** The request with this id, in the browser that it began in. @throws AppError not_found */
async function findRequest(server: AuthorizationServer, requestId: string, cookie: string | undefined) {
  // Somebody else's request, to which a person was led by a link, would give that other a code for this account.
  if (cookie !== requestId) throw gone();
  const provider = await server.provider();
  const request = await provider.Interaction.find(requestId);
  const { client_id: clientId, redirect_uri: redirectUri, scope } = request?.params ?? {};
  if (!request || request.result !== undefined) throw gone();
  if (typeof clientId !== "string" || typeof redirectUri !== "string") throw gone();
  const client = await provider.Client.find(clientId);
  if (!client) throw gone();
  const name = client.clientName?.trim().slice(0, 100) || hostOfClient(clientId) || "A program without a name";
  const asked = widestScope(typeof scope === "string" ? scope.split(" ") : []) ?? "read";
  return { request, clientId, name, redirectUri, asked };
}

/** Who asks for what. @throws AppError not_found */
export async function readRequest(
  server: AuthorizationServer,
  requestId: string,
  cookie: string | undefined,
): Promise<ProgramRequest> {
  const { clientId, name, redirectUri, asked } = await findRequest(server, requestId, cookie);
  return { name, host: hostOfClient(clientId), goesTo: describeRedirect(redirectUri), scope: asked };
}

/**
 * Notes what a person decided and says where their browser goes on, with which the program gets its code or the refusal.
 * @throws AppError not_found, also for a workspace that the person is not in; invalid_fields for more than was asked for
 */
export async function decideRequest(
  { server, db, member }: { server: AuthorizationServer; db: Database; member: Authentication["member"] },
  { requestId, cookie }: { requestId: string; cookie: string | undefined },
  caller: Caller,
  decision: z.output<typeof oauthRoutes.decideProgramRequest.body>,
  actor: Actor,
): Promise<string> {
  const { request, clientId, name, asked } = await findRequest(server, requestId, cookie);
  if (decision.decision === "deny") {
    request.result = { error: "access_denied", error_description: "the person refused" };
  } else {
    const { workspaceId, scope } = decision;
    if (!scopesUpTo(asked).includes(scope)) {
      throw new AppError("invalid_fields", { fields: { scope: "Is more than the program asked for." } });
    }
    if ((await member(caller, workspaceId)) === null) throw new AppError("not_found");
    const account = { personId: caller.personId, workspaceId };
    const program = { clientId, clientName: name, resource: server.resource, scope };
    const grantId = await db.system((tx) => addGrant(tx, account, program, actor));
    request.result = { login: { accountId: formatAccount(account), remember: false }, consent: { grantId } };
  }
  await request.persist();
  return request.returnTo;
}
