import { type AddressInfo, type Socket, createServer } from "node:net";

export interface ReceivedMail {
  to: string;
  subject: string;
  text: string;
}

/** A mail server that takes every message and keeps it; `refuse` makes it answer 451 to that many messages first. */
export async function startMailServer() {
  const received: ReceivedMail[] = [];
  let refusals = 0;
  const sockets = new Set<Socket>();

  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => undefined);
    let buffer = "";
    let data: string | null = null;
    let to = "";
    const say = (line: string) => void socket.write(`${line}\r\n`);
    say("220 test");
    socket.on("data", (chunk) => {
      buffer += chunk.toString("latin1");
      for (let end = buffer.indexOf("\r\n"); end !== -1; end = buffer.indexOf("\r\n")) {
        const line = buffer.slice(0, end);
        buffer = buffer.slice(end + 2);
        if (data !== null) {
          if (line !== ".") {
            data += `${line.replace(/^\./, "")}\r\n`;
          } else if (refusals > 0) {
            refusals -= 1;
            data = null;
            say("451 later");
          } else {
            received.push(parse(to, data));
            data = null;
            say("250 taken");
          }
          continue;
        }
        const verb = line.slice(0, 4).toUpperCase();
        if (verb === "RCPT") to = /<(.*)>/.exec(line)?.[1] ?? "";
        if (verb === "DATA") {
          data = "";
          say("354 go on");
        } else if (verb === "QUIT") {
          say("221 bye");
          socket.end();
        } else {
          say("250 ok");
        }
      }
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));

  return {
    url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}?ignoreTLS=true`,
    received,
    refuse(messages: number) {
      refusals = messages;
    },
    /** Messages to an address. */
    to: (address: string) => received.filter((mail) => mail.to === address),
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}

function parse(to: string, data: string): ReceivedMail {
  const gap = data.indexOf("\r\n\r\n");
  const head = data.slice(0, gap).replaceAll(/\r\n[ \t]+/g, " ");
  const body = data.slice(gap + 4);
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, "im").exec(head)?.[1]?.trim() ?? "";
  const encoding = field("content-transfer-encoding").toLowerCase();
  const bytes =
    encoding === "base64"
      ? Buffer.from(body, "base64")
      : Buffer.from(encoding === "quoted-printable" ? unquote(body) : body, "latin1");
  const subject = field("subject").replaceAll(/=\?UTF-8\?([BQ])\?(.*?)\?=\s*/gi, (_, kind: string, text: string) =>
    (kind.toUpperCase() === "B"
      ? Buffer.from(text, "base64")
      : Buffer.from(unquote(text.replaceAll("_", " ")), "latin1")
    ).toString("utf8"),
  );
  return { to, subject, text: bytes.toString("utf8") };
}

function unquote(text: string): string {
  return text
    .replaceAll("=\r\n", "")
    .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
