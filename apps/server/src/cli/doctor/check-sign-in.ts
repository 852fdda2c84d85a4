import type { Config } from "@mindmesh/kernel/config";
import { configuredProviders } from "@mindmesh/kernel/identity";
import { type Finding, good, innermost, problem, reasonOf } from "./finding.ts";

/**
 * The providers that people may sign in with: OpenID providers are asked for their metadata, as at a sign-in, and GitHub
 * whether it answers. Whether they know the client and its secret shows only at a real sign-in.
 */
export async function checkSignIn(config: Config): Promise<Finding[]> {
  const address = {
    google: "https://accounts.google.com",
    github: config.GITHUB_URL,
    oidc: config.OIDC_ISSUER ?? "",
  };
  return Promise.all(
    [...configuredProviders(config).values()].map(async (provider) => {
      const place = address[provider.id];
      try {
        await provider.begin(config.publicUrl);
        if (provider.id === "github") await fetch(place, { method: "HEAD", signal: AbortSignal.timeout(5000) });
        return good(`Sign-in with ${provider.name}: ${place} answers`);
      } catch (error) {
        const mend = {
          google: "Let this machine reach it.",
          github: "Check GITHUB_URL, and let this machine reach it.",
          oidc: `Check OIDC_ISSUER: ${place.replace(/\/$/, "")}/.well-known/openid-configuration must open from this machine, and name the same issuer.`,
        };
        return problem(`Sign-in with ${provider.name}: ${place}: ${reasonOf(innermost(error))}`, mend[provider.id]);
      }
    }),
  );
}
