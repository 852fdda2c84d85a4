import "@fastify/cookie";
import { identityRoutes } from "@mindmesh/contracts/identity";
import { workspaceRoutes } from "@mindmesh/contracts/workspaces";
import { asc, eq } from "drizzle-orm";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Database } from "../db/index.ts";
import { AppError } from "../errors/index.ts";
import { implement } from "../http/index.ts";
import { clearSessionCookies, refreshCookie, setSessionCookies } from "./cookies.ts";
import { readMe } from "./read-me.ts";
import { instance, members, people } from "./schema.ts";
import { accessTokenSeconds, endSession, refreshSession, type Device } from "./session-tokens.ts";
import { signIn } from "./sign-in.ts";
import { signUp } from "./sign-up.ts";

export interface IdentityDependencies {
  db: Database;
  /** Signs access tokens. */
  key: Uint8Array;
  /** Cookies are marked Secure. */
  secureCookies: boolean;
}

function deviceOf(request: FastifyRequest): Device {
  return { userAgent: request.headers["user-agent"] ?? "unknown", ip: request.ip };
}

/** Registers sign-up, sign-in, sessions and membership. */
export function identityRoutesOn(app: FastifyInstance, { db, key, secureCookies }: IdentityDependencies): void {
  const { setupStatus, signUp: signUpRoute, signIn: signInRoute, refresh, signOut, me } = identityRoutes;
  const { listMembers } = workspaceRoutes;
  implement(
    app,
    { setupStatus, signUp: signUpRoute, signIn: signInRoute, refresh, signOut, me, listMembers },
    {
      setupStatus: () =>
        db.system(async (tx) => {
          const [settings] = await tx.select().from(instance);
          const anybody = await tx.select({ id: people.id }).from(people).limit(1);
          return {
            needsSetup: anybody.length === 0,
            signUpOpen: settings?.signUpOpen ?? false,
            canSendEmail: false,
            providers: [],
          };
        }),
      signUp: async ({ body, request, reply }) => {
        const pair = await signUp(db, key, body, deviceOf(request));
        setSessionCookies(reply, pair, secureCookies);
        return readMe(db, pair.personId);
      },
      signIn: async ({ body, request, reply }) => {
        const pair = await signIn(db, key, body, deviceOf(request));
        setSessionCookies(reply, pair, secureCookies);
        return readMe(db, pair.personId);
      },
      refresh: async ({ body, request, reply }) => {
        const token = body.refreshToken ?? request.cookies[refreshCookie];
        if (token === undefined) throw new AppError("session_ended");
        try {
          setSessionCookies(reply, await refreshSession(db, key, token, deviceOf(request)), secureCookies);
        } catch (error) {
          clearSessionCookies(reply);
          throw error;
        }
        return { expiresInSeconds: accessTokenSeconds };
      },
      signOut: async ({ caller, reply }) => {
        clearSessionCookies(reply);
        if (caller?.via.kind === "session") {
          const { sessionId } = caller.via;
          await db.system((tx) => endSession(tx, sessionId, "signed_out"));
        }
      },
      me: ({ caller }) => readMe(db, caller.personId),
      listMembers: async ({ params }) => ({
        items: await db.system((tx) =>
          tx
            .select({
              id: people.id,
              name: people.name,
              email: people.email,
              role: members.role,
              joinedAt: members.joinedAt,
            })
            .from(members)
            .innerJoin(people, eq(people.id, members.personId))
            .where(eq(members.workspaceId, params.workspaceId))
            .orderBy(asc(people.name)),
        ),
      }),
    },
  );
}
