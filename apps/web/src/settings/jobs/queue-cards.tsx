import { useQuery } from "@tanstack/react-query";
import { Skeleton } from "@mindmesh/ui";
import { Loaded } from "../parts/loaded.tsx";
import { Section } from "../parts/section.tsx";
import { queuesQuery } from "./queries.ts";
import type { JobSource } from "./source.ts";
import { states } from "./states.ts";

const shownStates = ["running", "waiting", "delayed", "dead"] as const;

function waited(seconds: number) {
  if (seconds < 60) return `${Math.round(seconds)} s`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3600)} h`;
}

/** The three queues with how much stands in each. */
export function QueueCards({ source }: { source: JobSource }) {
  const queues = useQuery(queuesQuery(source));
  const skeleton = <Skeleton className="h-24 w-full" />;
  return (
    <Section title="Queues">
      <Loaded query={queues} skeleton={skeleton}>
        {(items) => (
          <ul aria-label="Queues" className="grid gap-3 md:grid-cols-3">
            {items.map(({ queue, counts, oldestWaitingSeconds }) => (
              <li key={queue} className="rounded-md bg-sunken p-3">
                <p className="flex items-baseline justify-between text-sm font-medium capitalize text-ink">
                  {queue}
                  {oldestWaitingSeconds === null ? null : (
                    <span className="text-xs font-normal normal-case text-muted">
                      waits {waited(oldestWaitingSeconds)}
                    </span>
                  )}
                </p>
                <dl className="mt-2 grid grid-cols-2 gap-x-3 gap-y-1 text-xs">
                  {shownStates.map((state) => (
                    <div key={state} className="flex justify-between gap-2">
                      <dt className="text-muted">{states[state].label}</dt>
                      <dd className="font-medium tabular-nums text-ink">{counts[state]}</dd>
                    </div>
                  ))}
                </dl>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </Section>
  );
}
