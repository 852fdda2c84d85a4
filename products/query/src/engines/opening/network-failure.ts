import { OutboundRefused } from "@mindmesh/kernel/outbound";
import { ConnectionFailure } from "../engine.ts";

const addressUnknown = new Set(["ENOTFOUND", "EAI_AGAIN", "EAI_NODATA", "EAI_NONAME", "EAI_FAIL"]);
const timedOut = new Set(["ETIMEDOUT", "UND_ERR_CONNECT_TIMEOUT", "ESOCKETTIMEDOUT"]);
const unreachable = new Set(["EHOSTUNREACH", "ENETUNREACH", "EHOSTDOWN", "ENETDOWN", "EADDRNOTAVAIL"]);

/** The code that Node or a library put on an error, also on the first of several addresses that were tried. */
export function codeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : "";
}

/** Why a TCP connection did not come about, in plain words. What is a ConnectionFailure already stays one. */
export function networkFailure(error: unknown, host: string, port: number): ConnectionFailure {
  if (error instanceof ConnectionFailure) return error;
  if (error instanceof OutboundRefused) {
    const message = `${error.message} An owner of the server can also allow it for this one connection.`;
    return new ConnectionFailure("address", message, error);
  }
  const code = codeOf(error);
  if (addressUnknown.has(code)) {
    const message = `The address ${host} is not known: the name could not be looked up. Check its spelling.`;
    return new ConnectionFailure("address", message, error);
  }
  if (code === "ECONNREFUSED") {
    const message = `${host} refuses connections on port ${port}: nothing listens there, or a firewall turns it away. Check the port and that the database listens on the network.`;
    return new ConnectionFailure("host", message, error);
  }
  if (timedOut.has(code)) {
    const message = `${host} does not answer on port ${port}. A firewall may be dropping the connection, or the host is down.`;
    return new ConnectionFailure("time", message, error);
  }
  if (unreachable.has(code)) {
    return new ConnectionFailure("host", `There is no way to ${host} from this server.`, error);
  }
  if (code === "ECONNRESET" || code === "EPIPE") {
    const message = `${host} closed the connection on port ${port} at once. Is it the port of the database?`;
    return new ConnectionFailure("host", message, error);
  }
  return new ConnectionFailure(
    "host",
    `${host} could not be reached on port ${port} (${code || "no reason given"}).`,
    error,
  );
}

/** The failure of a person or a deadline that gave opening up. */
export function givenUp(signal: AbortSignal): ConnectionFailure {
  const isTimeout = (signal.reason as { name?: unknown } | undefined)?.name === "TimeoutError";
  const message = isTimeout
    ? "The database took too long to answer. Check the address, and whether the server is overloaded."
    : "Opening the connection was cancelled.";
  return new ConnectionFailure("time", message, signal.reason);
}

/** Waits for `work` no longer than the signal allows; what it gives later is handed to `discard`. @throws ConnectionFailure */
export async function unlessGivenUp<T>(signal: AbortSignal, work: Promise<T>, discard: (late: T) => void): Promise<T> {
  if (signal.aborted) {
    work.then(discard, () => undefined);
    throw givenUp(signal);
  }
  return new Promise((resolve, reject) => {
    const giveUp = () => {
      reject(givenUp(signal));
      work.then(discard, () => undefined);
    };
    signal.addEventListener("abort", giveUp, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", giveUp));
  });
}
