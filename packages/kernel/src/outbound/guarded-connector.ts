import { type LookupAddress, lookup as systemLookup } from "node:dns";
import { type LookupFunction, isIP } from "node:net";
import { buildConnector } from "undici";
import { type Allowance, allowsAddress, allowsName } from "./addresses.ts";

/** The address may not be reached from this server; the message says why and who can change it. */
export class OutboundRefused extends Error {
  override readonly name = "OutboundRefused";
}

function refused(host: string, address?: string): OutboundRefused {
  const detail = address === undefined || address === host ? "" : ` (it resolves to ${address})`;
  return new OutboundRefused(
    `${host} is an address inside this server's own network${detail}. ` +
      "The operator of this server can open it with the setting OUTBOUND_ALLOW_PRIVATE.",
  );
}

const connectTimeoutMs = 10_000;

/**
 * A connector for undici that opens connections only to public addresses and to what the operator allowed. The check
 * is made on the very addresses that the socket then connects to, so a name that changes its answer between a check
 * and the connection (DNS rebinding) gains nothing. One forbidden address among several refuses the name.
 */
export function guardedConnector(
  allowance: Allowance,
  lookup: LookupFunction = systemLookup,
): buildConnector.connector {
  const checkedLookup: LookupFunction = (hostname, options, callback) => {
    lookup(hostname, options, (error, address, family) => {
      if (error) return callback(error, address, family);
      const found: LookupAddress[] = Array.isArray(address) ? address : [{ address, family: family ?? isIP(address) }];
      const forbidden = found.find((each) => !allowsAddress(allowance, each.address));
      if (forbidden) return callback(refused(hostname, forbidden.address), "", 0);
      return callback(null, address, family);
    });
  };
  const open = buildConnector({ timeout: connectTimeoutMs, ...(lookup !== systemLookup && { lookup }) });
  const checked = buildConnector({ timeout: connectTimeoutMs, lookup: checkedLookup });
  return (options, callback) => {
    const hostname = options.hostname.replace(/^\[|\]$/g, "");
    const port = options.port || (options.protocol === "https:" ? "443" : "80");
    if (allowsName(allowance, options.hostname, port)) return open(options, callback);
    // Sockets do not look up what is an address already.
    if (isIP(hostname) !== 0 && !allowsAddress(allowance, hostname)) return callback(refused(hostname), null);
    return checked(options, callback);
  };
}
