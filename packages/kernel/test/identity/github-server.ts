import { createHash, randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface GitHubAccount {
  id: number;
  login: string;
  name: string | null;
  emails: { email: string; primary: boolean; verified: boolean }[];
}

/** The far end that GitHub is: its authorization page, its token endpoint with PKCE, and the two calls of its API. */
export async function startGitHubServer(client: { id: string; secret: string }) {
  const codes = new Map<string, { challenge: string; account: GitHubAccount }>();
  const tokens = new Map<string, GitHubAccount>();
  const http = createServer((request, response) => {
    const url = new URL(request.url ?? "", "http://github.test");
    const answer = (status: number, body: unknown) => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    };
    if (url.pathname === "/login/oauth/access_token") {
      let text = "";
      request.on("data", (chunk: Buffer) => (text += chunk.toString()));
      request.on("end", () => {
        const form = new URLSearchParams(text);
        const grant = codes.get(form.get("code") ?? "");
        const challenge = createHash("sha256")
          .update(form.get("code_verifier") ?? "")
          .digest("base64url");
        const known = form.get("client_id") === client.id && form.get("client_secret") === client.secret;
        // As GitHub does, errors come with status 200.
        if (!known || grant?.challenge !== challenge) return answer(200, { error: "bad_verification_code" });
        codes.delete(form.get("code") ?? "");
        const token = `gho_${randomBytes(16).toString("hex")}`;
        tokens.set(token, grant.account);
        answer(200, { access_token: token, token_type: "bearer", scope: "read:user,user:email" });
      });
      return;
    }
    const account = tokens.get(request.headers.authorization?.replace(/^Bearer /i, "") ?? "");
    if (!account) return answer(401, { message: "Bad credentials" });
    if (url.pathname === "/api/v3/user") return answer(200, account);
    if (url.pathname === "/api/v3/user/emails") return answer(200, account.emails);
    answer(404, { message: "Not Found" });
  });
  await new Promise<void>((resolve) => void http.listen(0, "127.0.0.1", resolve));

  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    /** The person agrees; gives the URL that the browser is sent back to. */
    visit(authorizationUrl: string, account: GitHubAccount): URL {
      const asked = new URL(authorizationUrl).searchParams;
      const code = randomBytes(10).toString("hex");
      codes.set(code, { challenge: asked.get("code_challenge") ?? "", account });
      const back = new URL(asked.get("redirect_uri") ?? "");
      back.search = new URLSearchParams({ code, state: asked.get("state") ?? "" }).toString();
      return back;
    },
    async close() {
      http.closeAllConnections();
      await new Promise((resolve) => void http.close(resolve));
    },
  };
}
