import { ClientError } from "@mindmesh/client";
import type { Connection, ConnectionPlace, DataFile, NetworkSettings } from "@mindmesh/contracts/query/connections";
import type { EngineKind } from "@mindmesh/contracts/query/engine";
import type { FieldPath, UseFormReturn } from "react-hook-form";

export type NetworkEngine = "postgres" | "mysql" | "mssql";

/** The place of a database as its fields hold it: named as the server names them, so that what it refuses finds its field. */
export interface PlaceValues {
  name: string;
  network: {
    host: string;
    port: string;
    database: string;
    user: string;
    tls: NetworkSettings["tls"];
    certificateAuthority: string;
    ssh: { host: string; port: string; user: string; hostKey: string };
  };
  useSsh: boolean;
  secret: { password: string; sshPassword: string; sshPrivateKey: string; sshPassphrase: string };
  privateAllowed: boolean;
}

export type PlaceForm = UseFormReturn<PlaceValues>;

const usualPorts: Record<NetworkEngine, string> = { postgres: "5432", mysql: "3306", mssql: "1433" };

export const emptyPlace = (engine: NetworkEngine): PlaceValues => ({
  name: "",
  network: {
    host: "",
    port: usualPorts[engine],
    database: "",
    user: "",
    tls: "prefer",
    certificateAuthority: "",
    ssh: { host: "", port: "22", user: "", hostKey: "" },
  },
  useSsh: false,
  secret: { password: "", sshPassword: "", sshPrivateKey: "", sshPassphrase: "" },
  privateAllowed: false,
});

/** The fields of a connection that is there; its secrets stay on the server. */
export function placeOf(connection: Connection): PlaceValues {
  const { network, name, privateAllowed } = connection;
  const empty = emptyPlace(connection.engine as NetworkEngine);
  if (network === null) return { ...empty, name, privateAllowed };
  const { ssh } = network;
  return {
    name,
    network: {
      ...network,
      port: String(network.port),
      certificateAuthority: network.certificateAuthority ?? "",
      ssh: ssh
        ? { host: ssh.host, port: String(ssh.port), user: ssh.user, hostKey: ssh.hostKey ?? "" }
        : empty.network.ssh,
    },
    useSsh: ssh !== null,
    secret: empty.secret,
    privateAllowed,
  };
}

/** What the server takes. @param kept a connection whose secrets stay where nothing else was typed */
export function placeBody(
  engine: EngineKind,
  values: PlaceValues,
  kept: Pick<Connection, "hasPassword" | "hasSshSecret"> | null,
): Pick<ConnectionPlace, "engine" | "network" | "secret" | "privateAllowed"> & { files: [] } {
  const { network, secret, useSsh, privateAllowed } = values;
  const { ssh, certificateAuthority, port, ...rest } = network;
  const entered = (text: string, isKept: boolean | undefined) => (text === "" && isKept ? undefined : text);
  const sshKept = kept?.hasSshSecret;
  const all = {
    password: entered(secret.password, kept?.hasPassword),
    sshPassword: useSsh ? entered(secret.sshPassword, sshKept) : null,
    sshPrivateKey: useSsh ? entered(secret.sshPrivateKey, sshKept) : null,
    sshPassphrase: useSsh ? entered(secret.sshPassphrase, sshKept) : null,
  };
  return {
    engine,
    network: {
      ...rest,
      port: Number(port),
      certificateAuthority: certificateAuthority.trim() === "" ? null : certificateAuthority,
      ssh: useSsh
        ? { host: ssh.host, port: Number(ssh.port), user: ssh.user, hostKey: ssh.hostKey === "" ? null : ssh.hostKey }
        : null,
    },
    secret: Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)),
    privateAllowed,
    files: [],
  };
}

const fields: ReadonlySet<string> = new Set([
  "name",
  "network.host",
  "network.port",
  "network.database",
  "network.user",
  "network.tls",
  "network.certificateAuthority",
  "network.ssh.host",
  "network.ssh.port",
  "network.ssh.user",
  "secret.password",
  "secret.sshPassword",
  "secret.sshPrivateKey",
  "secret.sshPassphrase",
  "privateAllowed",
]);

/** Puts what is wrong at its field; what has none above the form. */
export function showAtField(form: PlaceForm, field: string | null, message: string): void {
  const place = field === "network.ssh" ? "network.ssh.host" : (field ?? "");
  if (fields.has(place)) form.setError(place as FieldPath<PlaceValues>, { message }, { shouldFocus: true });
  else form.setError("root", { message });
}

/** The same for a refusal of the server. @throws what is none */
export function showRefusal(form: PlaceForm, error: unknown): void {
  if (!(error instanceof ClientError)) throw error;
  const told = Object.entries(error.fields);
  for (const [field, message] of told) showAtField(form, field, message);
  if (told.length === 0) form.setError("root", { message: error.message });
}

/** The name that a connection to files gets unless the person writes another one. */
export const nameOfFiles = (files: readonly DataFile[]) =>
  files.length === 1 ? (files[0]?.name.replace(/\.[^.]*$/, "") ?? "") : files.length > 1 ? `${files.length} files` : "";
