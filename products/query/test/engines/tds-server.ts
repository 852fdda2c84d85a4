import { once } from "node:events";
import { type AddressInfo, type Socket, createServer } from "node:net";

// [MS-TDS]: message types (2.2.3.1.1) and tokens (2.2.7).
const [sqlBatch, tabular, attention, login7, prelogin] = [0x01, 0x04, 0x06, 0x10, 0x12];

/** What a server of the test answers to a batch: a result, an error, or nothing until it is told to stop. */
export type Answer =
  | { columns: { name: string; type: "bigint" | "nvarchar" | "decimal" }[]; rows: (string | null)[][] }
  | { error: number; message: string }
  | "nothing";

/**
 * Speaks as much of SQL Server's protocol as a login without encryption, batches and an attention need. It is no database: it shows that
 * what is sent is what the protocol says, and that what comes back is read exactly.
 */
export async function startTdsServer({ password, answer }: { password: string; answer(sql: string): Answer }) {
  const batches: string[] = [];
  const attentions: number[] = [];
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    let pending = Buffer.alloc(0);
    let body: Buffer[] = [];
    socket.on("data", (chunk) => {
      pending = Buffer.concat([pending, chunk]);
      while (pending.length >= 8 && pending.length >= pending.readUInt16BE(2)) {
        const packet = pending.subarray(0, pending.readUInt16BE(2));
        pending = pending.subarray(packet.length);
        body.push(packet.subarray(8));
        if ((packet[1] ?? 0) % 2 === 0) continue; // not the last packet of its message
        const message = Buffer.concat(body);
        body = [];
        handle(socket, packet[0] ?? 0, message);
      }
    });
  });
  let isWaiting = false;
  const handle = (socket: Socket, type: number, message: Buffer) => {
    if (type === prelogin) return send(socket, preloginAnswer());
    if (type === login7)
      return send(
        socket,
        Buffer.concat(
          readPassword(message) === password
            ? [loginAck(), done()]
            : [error(18_456, "Login failed for user."), done(0x02)],
        ),
      );
    if (type === attention) {
      attentions.push(batches.length);
      // First the end of what was interrupted, then the answer to the attention: one message each.
      if (isWaiting) send(socket, done());
      isWaiting = false;
      return send(socket, done(0x20));
    }
    if (type !== sqlBatch) return send(socket, Buffer.concat([error(50_000, "not spoken here"), done(0x02)]));
    const sql = message.subarray(message.readUInt32LE(0)).toString("utf16le");
    batches.push(sql);
    const given = answer(sql);
    isWaiting = given === "nothing";
    if (given === "nothing") return;
    if ("columns" in given && given.columns.length === 0) return send(socket, done());
    if ("error" in given) return send(socket, Buffer.concat([error(given.error, given.message), done(0x02)]));
    send(
      socket,
      Buffer.concat([
        metadata(given.columns),
        ...given.rows.map((row) => rowOf(given.columns, row)),
        done(0x10, given.rows.length),
      ]),
    );
  };
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    batches,
    attentions,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

function send(socket: Socket, message: Buffer): void {
  const most = 4096 - 8;
  for (let at = 0; at < message.length || at === 0; at += most) {
    const part = message.subarray(at, at + most);
    const head = Buffer.alloc(8);
    head[0] = tabular;
    head[1] = at + most >= message.length ? 1 : 0;
    head.writeUInt16BE(part.length + 8, 2);
    socket.write(Buffer.concat([head, part]));
  }
}

/** Version 16, no encryption. */
function preloginAnswer(): Buffer {
  const options = Buffer.from([0x00, 0, 11, 0, 6, 0x01, 0, 17, 0, 1, 0xff]);
  return Buffer.concat([options, Buffer.from([16, 0, 0, 0, 0, 0, 0x02])]);
}

/** A password is sent with its half bytes swapped, and XORed with A5 (2.2.6.4). */
function readPassword(login: Buffer): string {
  const [offset, characters] = [login.readUInt16LE(44), login.readUInt16LE(46)];
  const bytes = Buffer.from(
    login.subarray(offset, offset + characters * 2).map((byte) => {
      const plain = byte ^ 0xa5;
      return ((plain & 0x0f) << 4) | (plain >> 4);
    }),
  );
  return bytes.toString("utf16le");
}

const text8 = (text: string) => Buffer.concat([Buffer.from([text.length]), Buffer.from(text, "utf16le")]);
const u16 = (value: number) => Buffer.from(Uint16Array.of(value).buffer);
const u32 = (value: number) => Buffer.from(Uint32Array.of(value).buffer);
const u64 = (value: bigint) => Buffer.from(BigInt64Array.of(value).buffer);

function loginAck(): Buffer {
  const body = Buffer.concat([Buffer.from([1, 0x74, 0, 0, 4]), text8("Test"), Buffer.from([16, 0, 0, 0])]);
  return Buffer.concat([Buffer.from([0xad]), u16(body.length), body]);
}

function done(status = 0, rows = 0): Buffer {
  return Buffer.concat([Buffer.from([0xfd]), u16(status), u16(0), u64(BigInt(rows))]);
}

function error(number: number, message: string): Buffer {
  const body = Buffer.concat([
    u32(number),
    Buffer.from([1, 16]),
    u16(message.length),
    Buffer.from(message, "utf16le"),
    text8(""),
    text8(""),
    u32(1),
  ]);
  return Buffer.concat([Buffer.from([0xaa]), u16(body.length), body]);
}

type Column = { name: string; type: "bigint" | "nvarchar" | "decimal" };

function metadata(columns: Column[]): Buffer {
  const types = {
    bigint: Buffer.from([0x26, 8]),
    nvarchar: Buffer.concat([Buffer.from([0xe7]), u16(8000), Buffer.from([0x09, 0x04, 0xd0, 0x00, 0x34])]),
    decimal: Buffer.from([0x6a, 17, 38, 4]),
  };
  return Buffer.concat([
    Buffer.from([0x81]),
    u16(columns.length),
    ...columns.flatMap(({ name, type }) => [u32(0), u16(1), types[type], text8(name)]),
  ]);
}

function rowOf(columns: Column[], row: (string | null)[]): Buffer {
  const cells = columns.map(({ type }, index) => {
    const value = row[index] ?? null;
    if (type === "nvarchar") {
      return value === null ? u16(0xffff) : Buffer.concat([u16(value.length * 2), Buffer.from(value, "utf16le")]);
    }
    if (value === null) return Buffer.from([0]);
    if (type === "bigint") return Buffer.concat([Buffer.from([8]), u64(BigInt(value))]);
    const digits = BigInt(value.replace(/[-.]/g, ""));
    return Buffer.concat([
      Buffer.from([17, value.startsWith("-") ? 0 : 1]),
      u64(digits & 0xffff_ffff_ffff_ffffn),
      u64(digits >> 64n),
    ]);
  });
  return Buffer.concat([Buffer.from([0xd1]), ...cells]);
}
