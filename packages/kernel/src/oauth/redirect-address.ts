const loopback = new Set(["localhost", "127.0.0.1", "[::1]"]);
/** Schemes that a browser acts on by itself. */
const forbidden = new Set(["javascript:", "data:", "vbscript:", "blob:", "file:", "about:", "ftp:", "ws:", "wss:"]);

/** Whether a person may be sent there with a code: https, this device by http, or the scheme of a program on it. */
export function redirectIsSafe(address: string): boolean {
  const url = URL.parse(address);
  if (url === null || url.hash !== "" || url.username !== "" || url.password !== "") return false;
  if (url.protocol === "http:") return loopback.has(url.hostname);
  return !forbidden.has(url.protocol);
}

/** Where a person is sent, in words for the page of consent. */
export function describeRedirect(address: string): { kind: "site" | "device" | "program"; name: string } {
  const { protocol, hostname, host } = new URL(address);
  if (loopback.has(hostname)) return { kind: "device", name: host };
  return protocol === "https:" ? { kind: "site", name: host } : { kind: "program", name: protocol };
}
