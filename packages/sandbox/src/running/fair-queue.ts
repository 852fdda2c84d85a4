import { SandboxError } from "../sandbox-error.ts";

interface Ticket {
  person: string;
  position: number;
  onPosition: (position: number) => void;
  admit: () => void;
}

export interface FairQueue {
  /**
   * Waits for a place; resolves with the function that gives it back, or null when `signal` came first. `onPosition`
   * hears how many turns are left (1: next), and each change. Throws `queue_full`.
   */
  enter(person: string, signal: AbortSignal, onPosition: (position: number) => void): Promise<(() => void) | null>;
  running(): number;
  waiting(): number;
}

/**
 * At most `concurrency` at once. Whoever has the fewest running is next; among equals people take turns, so that a
 * hundred runs of one person delay another's by one.
 */
export function fairQueue({ concurrency, limit }: { concurrency: number; limit: number }): FairQueue {
  const waiting: Ticket[] = [];
  const running = new Map<string, number>();
  /** People in the order in which they were last served, the longest ago first. */
  let served: string[] = [];
  let inside = 0;

  function order(): Ticket[] {
    const counts = new Map(running);
    const rest = [...waiting];
    const turns = [...served];
    const result: Ticket[] = [];
    while (rest.length > 0) {
      let best = 0;
      for (let index = 1; index < rest.length; index += 1) {
        if (comesBefore(rest[index]?.person ?? "", rest[best]?.person ?? "", counts, turns)) best = index;
      }
      const [next] = rest.splice(best, 1);
      if (next === undefined) break;
      counts.set(next.person, (counts.get(next.person) ?? 0) + 1);
      toTheEnd(turns, next.person);
      result.push(next);
    }
    return result;
  }

  function admitWhoCan(): void {
    for (let next = order()[0]; inside < concurrency && next !== undefined; next = order()[0]) {
      waiting.splice(waiting.indexOf(next), 1);
      inside += 1;
      running.set(next.person, (running.get(next.person) ?? 0) + 1);
      toTheEnd(served, next.person);
      next.admit();
    }
    for (const [index, ticket] of order().entries()) {
      if (ticket.position === index + 1) continue;
      ticket.position = index + 1;
      ticket.onPosition(index + 1);
    }
  }

  function leave(person: string): void {
    inside -= 1;
    const left = (running.get(person) ?? 1) - 1;
    if (left > 0) running.set(person, left);
    else running.delete(person);
    if (left === 0 && !waiting.some((ticket) => ticket.person === person)) {
      served = served.filter((other) => other !== person);
    }
    admitWhoCan();
  }

  return {
    running: () => inside,
    waiting: () => waiting.length,
    enter(person, signal, onPosition) {
      if (waiting.length >= limit) {
        const message = `${waiting.length} programs are waiting to run, this would be number ${waiting.length + 1}. Try again in a moment.`;
        throw new SandboxError("queue_full", { message });
      }
      if (signal.aborted) return Promise.resolve(null);
      return new Promise((resolve) => {
        const leaveQueue = () => {
          waiting.splice(waiting.indexOf(ticket), 1);
          resolve(null);
          admitWhoCan();
        };
        const ticket: Ticket = {
          person,
          position: 0,
          onPosition,
          admit() {
            signal.removeEventListener("abort", leaveQueue);
            let given = false;
            resolve(() => {
              if (given) return;
              given = true;
              leave(person);
            });
          },
        };
        signal.addEventListener("abort", leaveQueue, { once: true });
        waiting.push(ticket);
        admitWhoCan();
      });
    },
  };
}

function comesBefore(one: string, other: string, running: Map<string, number>, served: string[]): boolean {
  const difference = (running.get(one) ?? 0) - (running.get(other) ?? 0);
  if (difference !== 0) return difference < 0;
  return served.indexOf(one) < served.indexOf(other);
}

function toTheEnd(people: string[], person: string): void {
  const at = people.indexOf(person);
  if (at !== -1) people.splice(at, 1);
  people.push(person);
}
