import {
  ClientSecretPost,
  Configuration,
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  fetchProtectedResource,
  randomPKCECodeVerifier,
  randomState,
} from "openid-client";
import { z } from "zod";
import { asProviderError } from "./provider-error.ts";
import type { Provider } from "./provider.ts";

const account = z.object({ id: z.number(), login: z.string(), name: z.string().nullish() });
const addresses = z.array(z.object({ email: z.string(), primary: z.boolean(), verified: z.boolean() }));

/** GitHub, or a GitHub Enterprise Server at another `url`. It speaks OAuth 2, not OpenID: who it is comes from its API. */
export function gitHubProvider(settings: { url: string; clientId: string; clientSecret: string }): Provider {
  const base = settings.url.replace(/\/$/, "");
  const api = base === "https://github.com" ? "https://api.github.com" : `${base}/api/v3`;
  const config = new Configuration(
    {
      issuer: base,
      authorization_endpoint: `${base}/login/oauth/authorize`,
      token_endpoint: `${base}/login/oauth/access_token`,
    },
    settings.clientId,
    settings.clientSecret,
    ClientSecretPost(settings.clientSecret),
  );
  config.timeout = 10;
  if (base.startsWith("http:")) allowInsecureRequests(config);

  async function read<T extends z.ZodType>(token: string, path: string, shape: T): Promise<z.output<T>> {
    const headers = new Headers({ accept: "application/vnd.github+json", "user-agent": "mindmesh" });
    const response = await fetchProtectedResource(config, token, new URL(`${api}${path}`), "GET", undefined, headers);
    if (!response.ok) throw new TypeError(`GitHub answered ${response.status} to ${path}`);
    return shape.parse(await response.json());
  }

  return {
    id: "github",
    name: "GitHub",
    async begin(redirectUri) {
      const checks = { state: randomState(), nonce: "", codeVerifier: randomPKCECodeVerifier() };
      const url = buildAuthorizationUrl(config, {
        redirect_uri: redirectUri,
        scope: "read:user user:email",
        state: checks.state,
        code_challenge: await calculatePKCECodeChallenge(checks.codeVerifier),
        code_challenge_method: "S256",
      });
      return { url: url.href, checks };
    },
    async finish(callback, checks) {
      try {
        // Where GitHub names an issuer in its answer, it is not the one that this library would expect; the answer is
        // bound to GitHub by its own callback address.
        const answer = new URL(callback);
        answer.searchParams.delete("iss");
        const tokens = await authorizationCodeGrant(config, answer, {
          expectedState: checks.state,
          pkceCodeVerifier: checks.codeVerifier,
        });
        const person = await read(tokens.access_token, "/user", account);
        const verified = (await read(tokens.access_token, "/user/emails", addresses)).filter((each) => each.verified);
        const chosen = verified.find((each) => each.primary) ?? verified[0];
        return {
          issuer: base,
          subject: String(person.id),
          email: chosen?.email.toLowerCase() ?? null,
          name: person.name ?? person.login,
        };
      } catch (error) {
        throw asProviderError(error, "GitHub");
      }
    },
  };
}
