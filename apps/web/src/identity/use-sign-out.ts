import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { showError } from "../shell/show-error.ts";
import { identityApi } from "./api.ts";
import { forgetPerson } from "./enter.ts";

/** Gives the function that signs this device out and shows the sign-in. */
export function useSignOut() {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  return async () => {
    try {
      await identityApi.signOut();
    } catch (error) {
      showError(error);
      return;
    }
    await navigate({ to: "/sign-in", search: {} });
    forgetPerson(queryClient);
  };
}
