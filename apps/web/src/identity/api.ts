import { createClient, routeUrl } from "@mindmesh/client";
import { identityRoutes, type SignInProvider } from "@mindmesh/contracts/identity";
import { clientOptions } from "../live/client-options.ts";

export const identityApi = createClient(identityRoutes, clientOptions);

/** Where signing in by another provider begins. `query` says where to come back to, or which invitation to accept. */
export const providerSignInUrl = (
  provider: SignInProvider,
  query: { returnTo?: string | undefined; invitation?: string | undefined },
) => routeUrl(identityRoutes.startProviderSignIn, { params: { provider }, query });
