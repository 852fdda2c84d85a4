import type { SignInProvider } from "@mindmesh/contracts/identity";
import type { Config } from "../../config/index.ts";
import { AppError } from "../../errors/index.ts";
import { gitHubProvider } from "./github.ts";
import { openIdProvider } from "./open-id.ts";
import type { Provider } from "./provider.ts";

export type ProviderConfig = Pick<
  Config,
  | "GOOGLE_CLIENT_ID"
  | "GOOGLE_CLIENT_SECRET"
  | "GITHUB_CLIENT_ID"
  | "GITHUB_CLIENT_SECRET"
  | "GITHUB_URL"
  | "OIDC_ISSUER"
  | "OIDC_CLIENT_ID"
  | "OIDC_CLIENT_SECRET"
  | "OIDC_NAME"
>;

export type Providers = ReadonlyMap<SignInProvider, Provider>;

/** The providers that the operator has configured, in the order of their buttons. */
export function configuredProviders(config: ProviderConfig): Providers {
  const providers = new Map<SignInProvider, Provider>();
  const { GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET, GITHUB_CLIENT_ID, GITHUB_CLIENT_SECRET } = config;
  if (GOOGLE_CLIENT_ID !== undefined && GOOGLE_CLIENT_SECRET !== undefined) {
    const google = { id: "google", name: "Google", issuer: "https://accounts.google.com" } as const;
    providers.set(
      "google",
      openIdProvider({ ...google, clientId: GOOGLE_CLIENT_ID, clientSecret: GOOGLE_CLIENT_SECRET }),
    );
  }
  if (GITHUB_CLIENT_ID !== undefined && GITHUB_CLIENT_SECRET !== undefined) {
    providers.set(
      "github",
      gitHubProvider({ url: config.GITHUB_URL, clientId: GITHUB_CLIENT_ID, clientSecret: GITHUB_CLIENT_SECRET }),
    );
  }
  const { OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET } = config;
  if (OIDC_ISSUER !== undefined && OIDC_CLIENT_ID !== undefined && OIDC_CLIENT_SECRET !== undefined) {
    const name = config.OIDC_NAME ?? new URL(OIDC_ISSUER).hostname;
    const settings = { issuer: OIDC_ISSUER, clientId: OIDC_CLIENT_ID, clientSecret: OIDC_CLIENT_SECRET };
    providers.set("oidc", openIdProvider({ id: "oidc", name, ...settings }));
  }
  return providers;
}

/** @throws AppError not_found for a provider that is not configured */
export function findProvider(providers: Providers, id: SignInProvider): Provider {
  const provider = providers.get(id);
  if (!provider) throw new AppError("not_found");
  return provider;
}
