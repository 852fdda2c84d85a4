import type { Me } from "@mindmesh/contracts/identity";
import type { QueryClient } from "@tanstack/react-query";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { closeLive } from "../live/live-connection.ts";
import { meQuery } from "./queries.ts";

/** Only paths of this page: an address from outside must not be able to lead away after sign-in. */
export function safeNext(next: unknown) {
  return typeof next === "string" && /^\/(?![/\\])/.test(next) ? next : undefined;
}

/** Goes on to the page that was wanted, as the person who has just signed in. */
export function useEnter() {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  return async (me: Me, next?: string) => {
    queryClient.clear();
    queryClient.setQueryData(meQuery.queryKey, me);
    await navigate({ to: safeNext(next) ?? "/", replace: true });
  };
}

/** Forgets everything that the page knew of the person. */
export function forgetPerson(queryClient: QueryClient) {
  closeLive();
  queryClient.clear();
}
