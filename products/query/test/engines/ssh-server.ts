import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, connect } from "node:net";
import ssh2 from "ssh2";
import { fingerprint } from "../../src/engines/opening/ssh-tunnel.ts";

/** An SSH server on this machine that lets one user in and passes connections on. */
export async function startSshServer({ user, password }: { user: string; password: string }) {
  const { privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
    publicKeyEncoding: { type: "pkcs1", format: "pem" },
  });
  const own = ssh2.utils.parseKey(privateKey);
  if (own instanceof Error) throw own;
  const userKeys = ssh2.utils.generateKeyPairSync("ed25519");
  const userKey = ssh2.utils.parseKey(userKeys.public);
  if (userKey instanceof Error) throw userKey;
  /** What clients tried to log in with, in order. */
  const tried: string[] = [];
  const clients = new Set<ssh2.Connection>();
  const server = new ssh2.Server({ hostKeys: [privateKey] }, (client) => {
    clients.add(client);
    client.on("close", () => clients.delete(client));
    client.on("error", () => undefined);
    client.on("authentication", (context) => {
      tried.push(context.method);
      const isPassword = context.method === "password" && context.password === password;
      const isKey =
        context.method === "publickey" &&
        context.key.data.equals(userKey.getPublicSSH()) &&
        (context.signature === undefined ||
          userKey.verify(context.blob ?? Buffer.alloc(0), context.signature, context.hashAlgo));
      if (context.username === user && (isPassword || isKey)) context.accept();
      else context.reject(["password", "publickey"]);
    });
    client.on("ready", () => {
      client.on("tcpip", (accept, reject, { destIP, destPort }) => {
        const target = connect(destPort, destIP);
        target.once("error", () => reject());
        target.once("connect", () => {
          const channel = accept();
          target.on("error", () => channel.destroy());
          channel.on("error", () => target.destroy());
          channel.pipe(target).pipe(channel);
          channel.on("close", () => target.destroy());
        });
      });
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    hostKey: fingerprint(own.getPublicSSH()),
    privateKey: userKeys.private,
    tried,
    async close() {
      for (const client of clients) client.end();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
