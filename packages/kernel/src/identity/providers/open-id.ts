import type { SignInProvider } from "@mindmesh/contracts/identity";
import {
  ClientSecretBasic,
  ClientSecretPost,
  Configuration,
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  discovery,
  fetchUserInfo,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from "openid-client";
import { AppError } from "../../errors/index.ts";
import { asProviderError } from "./provider-error.ts";
import type { Provider, ProviderProfile } from "./provider.ts";

export interface OpenIdSettings {
  id: SignInProvider;
  name: string;
  /** The provider's issuer; `http:` only where the operator has chosen so. */
  issuer: string;
  clientId: string;
  clientSecret: string;
}

/** A provider of OpenID Connect: code flow with PKCE, state and nonce. Its metadata is read at the first use. */
export function openIdProvider(settings: OpenIdSettings): Provider {
  const { id, name } = settings;
  let discovered: Promise<Configuration> | undefined;

  function configuration(): Promise<Configuration> {
    discovered ??= discover(settings).catch((error: unknown) => {
      // The next person tries again.
      discovered = undefined;
      throw asProviderError(error, name);
    });
    return discovered;
  }

  return {
    id,
    name,
    async begin(redirectUri) {
      const config = await configuration();
      const checks = { state: randomState(), nonce: randomNonce(), codeVerifier: randomPKCECodeVerifier() };
      const url = buildAuthorizationUrl(config, {
        redirect_uri: redirectUri,
        scope: "openid email profile",
        state: checks.state,
        nonce: checks.nonce,
        code_challenge: await calculatePKCECodeChallenge(checks.codeVerifier),
        code_challenge_method: "S256",
      });
      return { url: url.href, checks };
    },
    async finish(callback, checks) {
      const config = await configuration();
      try {
        const tokens = await authorizationCodeGrant(config, callback, {
          expectedState: checks.state,
          expectedNonce: checks.nonce,
          pkceCodeVerifier: checks.codeVerifier,
          idTokenExpected: true,
        });
        const claims = tokens.claims();
        if (claims === undefined) throw new AppError("provider_refused");
        // Some providers keep address and name out of the ID token.
        const told =
          claims.email === undefined && config.serverMetadata().userinfo_endpoint !== undefined
            ? { ...claims, ...(await fetchUserInfo(config, tokens.access_token, claims.sub)) }
            : claims;
        return profileOf(claims.iss, claims.sub, told);
      } catch (error) {
        throw asProviderError(error, name);
      }
    },
  };
}

async function discover({ issuer, clientId, clientSecret }: OpenIdSettings): Promise<Configuration> {
  const insecure = issuer.startsWith("http:");
  const found = await discovery(new URL(issuer), clientId, clientSecret, undefined, {
    timeout: 10,
    ...(insecure && { execute: [allowInsecureRequests] }),
  });
  const methods = found.serverMetadata().token_endpoint_auth_methods_supported;
  // What a provider supports when it says nothing is "basic" (OpenID Connect Discovery 1.0, section 3).
  const authentication = methods?.includes("client_secret_post")
    ? ClientSecretPost(clientSecret)
    : ClientSecretBasic(clientSecret);
  const config = new Configuration(found.serverMetadata(), clientId, clientSecret, authentication);
  config.timeout = 10;
  if (insecure) allowInsecureRequests(config);
  return config;
}

function profileOf(issuer: string, subject: string, claims: Record<string, unknown>): ProviderProfile {
  const { email, name, email_verified: verified } = claims;
  return {
    issuer,
    subject,
    // Some providers send the word instead of the boolean.
    email: typeof email === "string" && (verified === true || verified === "true") ? email.toLowerCase() : null,
    name: typeof name === "string" ? name : null,
  };
}
