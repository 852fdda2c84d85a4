import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Provider } from "oidc-provider";

export interface OidcAccount {
  email?: string;
  email_verified?: boolean;
  name?: string;
}

/** A real provider of OpenID Connect on a free port. Whoever types a known name into its form is that person. */
export async function startOidcServer(client: { id: string; secret: string; redirectUri: string }) {
  const accounts = new Map<string, OidcAccount>();
  const http = createServer();
  await new Promise<void>((resolve) => void http.listen(0, "127.0.0.1", resolve));
  const issuer = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const provider = new Provider(issuer, {
    clients: [{ client_id: client.id, client_secret: client.secret, redirect_uris: [client.redirectUri] }],
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
    // As most providers do it; off, it would keep them for the userinfo endpoint.
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    cookies: { keys: ["a key for tests"] },
    findAccount: (_context: unknown, id: string) => ({
      accountId: id,
      claims: () => ({ sub: id, ...accounts.get(id) }),
    }),
  });
  http.on("request", provider.callback());

  /**
   * Goes the way of a browser through the provider's pages, as `login`; with null the person cancels.
   * Gives the URL that it is sent back to.
   */
  async function visit(url: string, login: string | null): Promise<URL> {
    const cookies = new Map<string, string>();
    let at = new URL(url);
    let form: URLSearchParams | null = null;
    for (let step = 0; step < 20; step += 1) {
      if (!at.href.startsWith(issuer)) return at;
      const response: Response = await fetch(at, {
        method: form ? "POST" : "GET",
        body: form,
        redirect: "manual",
        headers: { cookie: [...cookies].map((pair) => pair.join("=")).join("; ") },
      });
      for (const line of response.headers.getSetCookie()) {
        const [name = "", value = ""] = (line.split(";")[0] ?? "").split("=");
        cookies.set(name, value);
      }
      form = null;
      const location = response.headers.get("location");
      if (location !== null) {
        at = new URL(location, at);
        continue;
      }
      const page = await response.text();
      const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1];
      if (prompt === undefined) throw new Error(`the provider answered ${response.status}: ${page.slice(0, 500)}`);
      if (login === null) {
        at = new URL(/href="([^"]*abort[^"]*)"/.exec(page)?.[1] ?? "", at);
      } else {
        at = new URL(/action="([^"]+)"/.exec(page)?.[1] ?? "", at);
        form = new URLSearchParams({ prompt, login, password: "any" });
      }
    }
    throw new Error("the provider sends round in circles");
  }

  return {
    issuer,
    accounts,
    visit,
    async close() {
      http.closeAllConnections();
      await new Promise((resolve) => void http.close(resolve));
    },
  };
}
