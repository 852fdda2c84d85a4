import type { GuestFetch } from "../drivers/deno/run-in-guest.ts";
import { type SandboxNetwork, isAllowedHost, notAllowed } from "./network.ts";

const mostAnswerBytes = 16 * 2 ** 20;
const secondsToAnswer = 30;
// What names the way instead of the wish is the server's to set.
const ownHeaders = new Set(["host", "connection", "content-length", "transfer-encoding", "upgrade", "te", "trailer"]);

/**
 * Lets a guest reach the hosts that an admin allowed: the server asks in its place, so the guest itself needs no network at
 * all. Names are compared as written; their addresses, and that they are public, are the guarded fetch's to check.
 */
export function fetchAllowedHosts(fetch: SandboxNetwork["fetch"]): GuestFetch {
  return async ({ url: address, method, headers, body }, hosts, signal) => {
    const url = URL.canParse(address) ? new URL(address) : undefined;
    if (!url || (url.protocol !== "https:" && url.protocol !== "http:"))
      throw new Error("Only http and https can be fetched.");
    if (url.username !== "" || url.password !== "")
      throw new Error("An address with a name and password is not fetched.");
    const port = Number(url.port || (url.protocol === "https:" ? 443 : 80));
    if (!isAllowedHost(hosts, url.hostname, port)) throw new Error(notAllowed(url.host));
    const answer = await fetch(url, {
      method,
      headers: headers.filter(([name]) => !ownHeaders.has(name.toLowerCase()) && !/^(proxy|sec)-/i.test(name)),
      ...(body.length > 0 && { body: new Uint8Array(body) }),
      redirect: "error",
      signal: AbortSignal.any([signal, AbortSignal.timeout(secondsToAnswer * 1000)]),
    });
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of (answer.body ?? []) as AsyncIterable<Uint8Array>) {
      bytes += chunk.length;
      if (bytes > mostAnswerBytes)
        throw new Error(`The answer of ${url.host} is longer than ${mostAnswerBytes} bytes.`);
      chunks.push(chunk);
    }
    return { status: answer.status, headers: [...answer.headers], body: Buffer.concat(chunks) };
  };
}
