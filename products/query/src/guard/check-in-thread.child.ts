import { parentPort } from "node:worker_threads";
import { checkHere } from "./check-here.ts";
import type { ThreadAnswer, ThreadRequest } from "./check-in-thread.ts";

parentPort?.on("message", ({ sql, knowledge, access }: ThreadRequest) => {
  void checkHere(sql, knowledge, access)
    .catch((error: unknown) => {
      if (error instanceof RangeError) return null;
      throw error;
    })
    .then((answer: ThreadAnswer) => parentPort?.postMessage(answer, []));
});

parentPort?.postMessage("ready", []);
