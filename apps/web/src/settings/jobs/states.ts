import type { JobState } from "@mindmesh/contracts/jobs";

/** How states are called and coloured; `dead` is what other programs call a dead letter. */
export const states: Record<
  JobState,
  { label: string; tone: "neutral" | "accent" | "success" | "warning" | "danger" }
> = {
  running: { label: "Running", tone: "accent" },
  waiting: { label: "Waiting", tone: "neutral" },
  delayed: { label: "Delayed", tone: "warning" },
  dead: { label: "Dead letter", tone: "danger" },
  done: { label: "Done", tone: "success" },
  cancelled: { label: "Cancelled", tone: "neutral" },
};

export const isOver = (state: JobState) => state === "done" || state === "cancelled" || state === "dead";
