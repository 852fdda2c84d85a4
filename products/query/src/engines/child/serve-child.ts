import type { ConnectionFailure, RunPart, StatementFailure } from "../engine.ts";
import { type ChildFailure, type ChildReply, type ChildRequest, partsOnTheWay } from "./messages.ts";

export interface ChildTurn {
  /** Sends a part of a result; waits while the parent has too many to read. */
  part(part: RunPart): Promise<void>;
  /** Sends a value whole, in pieces; waits as `part` does. */
  whole(value: string): Promise<void>;
  progress(share: number, text: string): void;
}

/** Characters of a whole value that travel together. */
const pieceLength = 256 * 1024;

/**
 * The child's side: answers one request after the other until the parent lets go of the channel.
 * @param failureOf what an error of the engine means to a person; null for a fault of ours, which ends the child
 */
export function serveChild(
  answer: (request: Exclude<ChildRequest, { ask: "more" }>, turn: ChildTurn) => Promise<unknown>,
  failureOf: (error: unknown) => ChildFailure | null,
): void {
  let onTheWay = 0;
  let goOn: (() => void) | null = null;
  const send = (reply: ChildReply) => {
    if (process.connected) process.send?.(reply);
  };
  const sendCounted = async (reply: ChildReply) => {
    onTheWay += 1;
    send(reply);
    if (onTheWay >= partsOnTheWay) await new Promise<void>((resolve) => (goOn = resolve));
  };
  const turn: ChildTurn = {
    async part(part) {
      if (part.type === "rows") await sendCounted({ reply: "part", part });
      else send({ reply: "part", part });
    },
    async whole(value) {
      for (let at = 0; at < value.length;) {
        // Not between the halves of a character outside the basic plane: each piece becomes UTF-8 by itself.
        const end = at + pieceLength - (/[\ud800-\udbff]/.test(value[at + pieceLength - 1] ?? "") ? 1 : 0);
        await sendCounted({ reply: "piece", text: value.slice(at, end) });
        at = end;
      }
    },
    progress: (share, text) => send({ reply: "progress", share, text }),
  };
  async function take(request: Exclude<ChildRequest, { ask: "more" }>): Promise<void> {
    onTheWay = 0;
    try {
      send({ reply: "done", answer: (await answer(request, turn)) ?? null });
    } catch (error) {
      const failure = ownFailure(error) ?? failureOf(error);
      if (failure === null) throw error;
      send({ reply: "failed", failure });
    }
  }
  process.on("message", (request: ChildRequest) => {
    if (request.ask !== "more") return void take(request);
    onTheWay -= 1;
    goOn?.();
    goOn = null;
  });
  process.on("disconnect", () => process.exit(0));
}

/** Failures that our own code has put into words already. */
function ownFailure(error: unknown): ChildFailure | null {
  if (!(error instanceof Error)) return null;
  if (error.name === "ConnectionFailure") {
    return { stage: (error as ConnectionFailure).stage, message: error.message };
  }
  if (error.name !== "StatementFailure") return null;
  const { kind, message, code, hint } = error as StatementFailure;
  return { kind, message, code, hint, near: null };
}
