import type { KernelLanguage, KernelRequest, Sandbox, SandboxKernel } from "@mindmesh/sandbox";
import { type RunPlace, placeKey } from "./run-place.ts";

/** Seconds after which an interpreter that nobody uses ends: it holds a place among those that run at once. */
const idleSeconds = 300;

export type RunKernels = ReturnType<typeof createRunKernels>;

/** The interpreters on this server that keep the variables of a person in a conversation, one per language. */
export function createRunKernels() {
  const open = new Map<string, { kernel: SandboxKernel; settings: string }>();
  const keyOf = (place: RunPlace, language: KernelLanguage) => `${placeKey(place)}/${language}`;

  async function close(key: string): Promise<void> {
    const found = open.get(key);
    open.delete(key);
    await found?.kernel.close();
  }

  return {
    /**
     * The interpreter with the variables of the run before, or a new one: after a restart, when it was idle, and when
     * limits, hosts or the files that it may read have changed since.
     */
    async take(
      sandbox: Sandbox,
      place: RunPlace,
      request: Omit<KernelRequest, "person" | "idleSeconds">,
    ): Promise<{ kernel: SandboxKernel; state: "new" | "kept" }> {
      const key = keyOf(place, request.language);
      const settings = JSON.stringify([request.limits, request.hosts, request.inputs]);
      const known = open.get(key);
      if (known?.settings === settings) return { kernel: known.kernel, state: "kept" };
      await close(key);
      const kernel = await sandbox.openKernel({ ...request, person: place.personId, idleSeconds });
      const entry = { kernel, settings };
      open.set(key, entry);
      void kernel.closed.then(() => {
        if (open.get(key) === entry) open.delete(key);
      });
      return { kernel, state: "new" };
    },
    close: (place: RunPlace, language: KernelLanguage) => close(keyOf(place, language)),
    /** Ends all of a place, whose directory is about to be another one. */
    async closeAll(place: RunPlace): Promise<void> {
      for (const key of open.keys()) if (key.startsWith(`${placeKey(place)}/`)) await close(key);
    },
    isOpen: (place: RunPlace) => [...open.keys()].some((key) => key.startsWith(`${placeKey(place)}/`)),
    async closeEverything(): Promise<void> {
      await Promise.all([...open.keys()].map(close));
    },
  };
}
