import { isIP } from "node:net";
import type { Duplex } from "node:stream";
import { type ConnectionOptions, connect } from "node:tls";
import type { NetworkSettings } from "@mindmesh/contracts/query/connections";
import { ConnectionFailure } from "../engine.ts";
import { codeOf } from "./network-failure.ts";

/** What `tls.connect` and the drivers need to check a certificate as the connection's settings say. */
export function tlsOptions(
  settings: Pick<NetworkSettings, "host" | "tls" | "certificateAuthority">,
): ConnectionOptions {
  const { host, tls, certificateAuthority } = settings;
  return {
    // With `require` the wire is encrypted but nobody is checked, as the mode says.
    rejectUnauthorized: tls === "verify",
    ...(certificateAuthority !== null && { ca: certificateAuthority }),
    // RFC 6066, 3: no address may be sent as a server name; the certificate is compared with `host` all the same.
    ...(isIP(host) === 0 && { servername: host }),
    minVersion: "TLSv1.2",
  };
}

/** Speaks TLS over a connection that is there. @throws ConnectionFailure */
export function secure(socket: Duplex, settings: NetworkSettings): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const secured = connect({ ...tlsOptions(settings), host: settings.host, socket });
    const fail = (error: Error) => {
      secured.destroy();
      socket.destroy();
      reject(tlsFailure(error, settings.host));
    };
    secured.once("error", fail);
    secured.once("secureConnect", () => {
      secured.off("error", fail);
      resolve(secured);
    });
  });
}

const reasons: Record<string, (host: string) => string> = {
  CERT_HAS_EXPIRED: (host) => `The certificate of ${host} has expired. Its admin must renew it.`,
  CERT_NOT_YET_VALID: (host) => `The certificate of ${host} is not valid yet. Is the clock of this server right?`,
  DEPTH_ZERO_SELF_SIGNED_CERT: (host) =>
    `The certificate of ${host} is self-signed. Give that certificate as the certificate authority, or use the TLS mode "require", which encrypts without checking.`,
  ERR_TLS_CERT_ALTNAME_INVALID: (host) =>
    `The certificate is for another name than ${host}. Use the name that stands in the certificate as the host.`,
  ERR_SSL_UNSUPPORTED_PROTOCOL: (host) => `${host} speaks only TLS versions that are too old (1.2 or later is needed).`,
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: (host) =>
    `${host} speaks only TLS versions that are too old (1.2 or later is needed).`,
};
const unknownIssuer = new Set([
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "CERT_SIGNATURE_FAILURE",
]);

/** Whether an error is about TLS, also when a driver wrapped it. */
export const isTlsCode = (code: string) =>
  code in reasons || unknownIssuer.has(code) || code.startsWith("ERR_SSL_") || code.startsWith("ERR_TLS_");

/** Why TLS did not come about, in plain words. */
export function tlsFailure(error: unknown, host: string): ConnectionFailure {
  const code = codeOf(error);
  const known = reasons[code];
  if (known) return new ConnectionFailure("tls", known(host), error);
  if (unknownIssuer.has(code)) {
    const message = `The certificate of ${host} is signed by an authority that is not known here. Give the authority's certificate (PEM) in the settings of the connection.`;
    return new ConnectionFailure("tls", message, error);
  }
  const message = `No encrypted connection to ${host} came about (${code || "the server broke it off"}).`;
  return new ConnectionFailure("tls", message, error);
}
