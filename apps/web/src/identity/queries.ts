import { ClientError } from "@mindmesh/client";
import { signedInCookie } from "@mindmesh/contracts/session";
import { queryOptions } from "@tanstack/react-query";
import { identityApi } from "./api.ts";

const hasSession = () => document.cookie.split("; ").some((cookie) => cookie.startsWith(`${signedInCookie}=`));

/**
 * Who is signed in and where they may go. Read before anything else: it says where the event log stands. A browser
 * without a session is not asked for: it would only be refused.
 */
export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: ({ signal }) => {
    if (!hasSession()) throw new ClientError(401, { code: "not_signed_in", message: "Sign in to continue." });
    return identityApi.me({ signal });
  },
  staleTime: Infinity,
  retry: false,
});

/** Whether the server waits for its first person, and whether anybody may sign up. */
export const setupQuery = queryOptions({
  queryKey: ["setup"],
  queryFn: ({ signal }) => identityApi.setupStatus({ signal }),
  staleTime: 10_000,
});
