import type { Frame } from "../frames.ts";
import type { FromGuest, GuestBoot, ToGuest } from "../messages.ts";

/** The few things of Deno that guests use; the rest of the house is typed for Node. */
interface DenoScope {
  Deno: {
    args: string[];
    exit(code: number): never;
    stdin: { readable: AsyncIterable<Uint8Array> };
    stdout: { writeSync(bytes: Uint8Array): number };
    readFileSync(path: string): Uint8Array<ArrayBuffer>;
    permissions: { revokeSync(permission: { name: "read" }): unknown };
  };
  Worker: new (
    address: URL,
    options: { type: "module" },
  ) => {
    onmessage: (event: { data: Frame<FromGuest> }) => void;
    onerror: (event: { message: string; preventDefault(): void }) => void;
    postMessage(message: ToWorker, handedOver?: ArrayBuffer[]): void;
  };
  gc(): void;
  WebAssembly: { compile(bytes: Uint8Array): Promise<object> };
  postMessage(message: Frame<FromGuest>): void;
  onmessage: (event: { data: ToWorker }) => void;
}

export type ToWorker =
  | { boot: GuestBoot; interrupt: SharedArrayBuffer; snapshot: Uint8Array | undefined }
  | Frame<ToGuest>;

export const scope = globalThis as unknown as DenoScope;

/**
 * Takes away what code in this thread could misuse, after the interpreter is loaded. Deno refuses all of it anyway for lack
 * of permissions, but two of them it does not guard: flags of V8 can be set through node:v8, and a cache kept on the disk.
 */
export function closeScope(): void {
  scope.Deno.permissions.revokeSync({ name: "read" });
  const names = [
    "Deno",
    "process",
    "Worker",
    "caches",
    "CacheStorage",
    "Cache",
    "fetch",
    "WebSocket",
    "EventSource",
    "BroadcastChannel",
    "postMessage",
    "onmessage",
    "close",
    "navigator",
    "Navigator",
    "global",
    "Buffer",
    "localStorage",
    "sessionStorage",
    "prompt",
    "alert",
    "confirm",
    "importScripts",
    "eval",
  ];
  for (const name of names) Reflect.deleteProperty(globalThis, name);
  for (const name of names) {
    if (name in globalThis) Object.defineProperty(globalThis, name, { value: undefined, configurable: false });
  }
}
