import { randomInt } from "node:crypto";
import type { ErrorBody } from "@mindmesh/contracts/errors";
import type { Me } from "@mindmesh/contracts/identity";

export interface Answer<T = unknown> {
  status: number;
  body: T & Partial<ErrorBody>;
  headers: Headers;
}

export interface Browser {
  /** Its cookies by name, as a browser keeps them (paths aside). */
  cookies: Map<string, string>;
  /** The address that it comes from; the test server trusts it as it would a proxy's word. */
  address: string;
  get<T = unknown>(path: string): Promise<Answer<T>>;
  post<T = unknown>(path: string, body?: unknown): Promise<Answer<T>>;
  patch<T = unknown>(path: string, body: unknown): Promise<Answer<T>>;
  delete<T = unknown>(path: string): Promise<Answer<T>>;
  /** Any request; redirects are not followed. */
  send(path: string, init?: RequestInit): Promise<Response>;
}

/** A browser with its own cookies and its own address. */
export function openBrowser(baseUrl: string, userAgent = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"): Browser {
  const cookies = new Map<string, string>();
  const browser: Browser = {
    cookies,
    address: `10.${randomInt(256)}.${randomInt(256)}.${randomInt(1, 255)}`,
    get: (path) => ask("GET", path),
    post: (path, body = {}) => ask("POST", path, body),
    patch: (path, body) => ask("PATCH", path, body),
    delete: (path) => ask("DELETE", path),
    async send(path, init = {}) {
      const headers = new Headers(init.headers);
      headers.set("x-forwarded-for", browser.address);
      headers.set("user-agent", userAgent);
      if (cookies.size > 0) {
        headers.set("cookie", [...cookies].map(([name, value]) => `${name}=${value}`).join("; "));
      }
      const response = await fetch(new URL(path, baseUrl), { ...init, headers, redirect: "manual" });
      for (const line of response.headers.getSetCookie()) {
        const [pair = ""] = line.split(";");
        const name = pair.slice(0, pair.indexOf("="));
        const value = pair.slice(pair.indexOf("=") + 1);
        if (value === "") cookies.delete(name);
        else cookies.set(name, value);
      }
      return response;
    },
  };

  async function ask<T>(method: string, path: string, body?: unknown): Promise<Answer<T>> {
    const response = await browser.send(path, {
      method,
      ...(body !== undefined && {
        body: JSON.stringify(body),
        headers: { "content-type": "application/json" },
      }),
    });
    const text = await response.text();
    const parsed: unknown = text === "" ? {} : JSON.parse(text);
    return { status: response.status, body: parsed as T & Partial<ErrorBody>, headers: response.headers };
  }
  return browser;
}

export const password = "correct horse battery";

/** Signs up a new person and gives their browser, with their account and their workspace. */
export async function signUp(baseUrl: string, name: string, userAgent?: string) {
  const browser = openBrowser(baseUrl, userAgent);
  const email = `${name.toLowerCase().replaceAll(/\W/g, "")}.${randomInt(1e9)}@example.org`;
  const answer = await browser.post<Me>("/api/auth/sign-up", { email, password, name });
  if (answer.status !== 201) throw new Error(`sign-up answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  return {
    browser,
    email,
    name,
    personId: answer.body.person.id,
    workspaceId: answer.body.workspaces[0]?.id ?? "",
  };
}

export type SignedUp = Awaited<ReturnType<typeof signUp>>;

/** Another device of somebody, signed in. */
export async function signInOn(baseUrl: string, person: { email: string }, userAgent?: string): Promise<Browser> {
  const browser = openBrowser(baseUrl, userAgent);
  const answer = await browser.post("/api/auth/sign-in", { email: person.email, password });
  if (answer.status !== 200) throw new Error(`sign-in answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  return browser;
}

/** Lets `guest` join a workspace by an invitation of `host`, on a server without e-mail. */
export async function join(host: SignedUp, guest: SignedUp, role: string): Promise<void> {
  const invited = await host.browser.post<{ link: string }>(`/api/workspaces/${host.workspaceId}/invitations`, {
    email: guest.email,
    role,
  });
  if (invited.status !== 201) throw new Error(`invitation answered ${invited.status}`);
  const accepted = await guest.browser.post("/api/auth/invitations/accept", { token: tokenIn(invited.body.link) });
  if (accepted.status !== 200) throw new Error(`acceptance answered ${accepted.status}`);
}

/** The secret in a link. */
export function tokenIn(text: string): string {
  const token = /#([\w-]{20,})/.exec(text)?.[1];
  if (token === undefined) throw new Error(`no link in ${text}`);
  return token;
}
