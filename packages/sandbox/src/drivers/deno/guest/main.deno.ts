import { encodeFrame, readFrames } from "../frames.ts";
import type { FromGuest, GuestBoot, ToGuest } from "../messages.ts";
import { scope } from "./deno.ts";

// The main thread of a guest: passes frames between the server and the thread that runs somebody's code. It stays awake
// while that code loops for ever, so it can interrupt it, and ends everything when the server is gone.
const boot = JSON.parse(scope.Deno.args[0] ?? "") as GuestBoot;
const interrupt = new SharedArrayBuffer(4);
const worker = new scope.Worker(new URL(`./${boot.language}.deno.ts`, import.meta.url), { type: "module" });

function send(header: FromGuest, body?: Uint8Array): void {
  let frame = encodeFrame(header, body);
  while (frame.length > 0) frame = frame.subarray(scope.Deno.stdout.writeSync(frame));
}

worker.onmessage = ({ data }) => {
  // What starting has left behind is larger than most programs.
  if (data.header.type === "ready") scope.gc();
  send(data.header, data.body);
};
worker.onerror = (event) => {
  event.preventDefault();
  send({ type: "output", stream: "stderr" }, new TextEncoder().encode(`${event.message}\n`));
  scope.Deno.exit(70);
};
if (!boot.snapshot) worker.postMessage({ boot, interrupt, snapshot: undefined });
for await (const frame of readFrames(scope.Deno.stdin.readable, 2 ** 31)) {
  const header = frame.header as ToGuest;
  if (header.type === "snapshot") {
    // A copy of its own, handed over: the image is read in words of four bytes, and is large.
    const snapshot = frame.body.slice();
    worker.postMessage({ boot, interrupt, snapshot }, [snapshot.buffer]);
  } else if (header.type === "interrupt") Atomics.store(new Uint8Array(interrupt), 0, 2);
  else worker.postMessage({ header, body: frame.body });
}
scope.Deno.exit(0);
