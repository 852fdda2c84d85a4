import type { Socket } from "node:net";

/**
 * The ways out that the server lends to code which may reach hosts. Both look names up themselves, connect to public
 * addresses only, and reject with words for the person.
 */
export interface SandboxNetwork {
  /** Follows no redirect unless asked to. */
  fetch: (url: URL, init: RequestInit) => Promise<Response>;
  /** A TCP connection. */
  connect: (host: string, port: number) => Promise<Socket>;
}

const standardPorts = [80, 443];

/**
 * Whether a list of hosts names this one: `example.org` allows its standard ports, `example.org:8080` that one,
 * `*.example.org` every name below it and not itself.
 */
export function isAllowedHost(hosts: readonly string[], name: string, port: number): boolean {
  const host = name.toLowerCase();
  return hosts.some((each) => {
    const [allowed = "", allowedPort] = each.toLowerCase().split(":");
    const isNamed = allowed.startsWith("*.") ? host.endsWith(allowed.slice(1)) : host === allowed;
    return isNamed && (allowedPort === undefined ? standardPorts.includes(port) : Number(allowedPort) === port);
  });
}

/** What is said when it does not. */
export function notAllowed(host: string): string {
  return `${host} is not among the hosts that an admin allowed.`;
}
