import type { JobSummary } from "@mindmesh/contracts/jobs";
import { Badge, Button, Progress } from "@mindmesh/ui";
import { Moment } from "../parts/moment.tsx";
import type { JobSource } from "./source.ts";
import { isOver, states } from "./states.ts";
import { useSteer } from "./use-steer.ts";

type JobRowProps = { job: JobSummary; source: JobSource; maySteer: boolean; onOpen: () => void };

export function JobRow({ job, source, maySteer, onOpen }: JobRowProps) {
  const { busy, cancel, retry } = useSteer(source);
  const { label, tone } = states[job.state];
  return (
    <li className="flex min-h-14 items-center gap-3 py-2">
      <div className="min-w-0 flex-1">
        <div className="flex flex-wrap items-center gap-x-2 gap-y-0.5 text-sm">
          <button
            type="button"
            onClick={onOpen}
            className="rounded-xs text-left font-medium text-ink underline-offset-4 hover:underline touch:min-h-11"
          >
            {job.name}
          </button>
          <Badge tone={tone}>{label}</Badge>
        </div>
        <div className="text-xs text-muted [overflow-wrap:anywhere]">
          {job.queue} · <Moment at={job.createdAt} /> · attempt {job.attempts} of {job.maxAttempts}
          {job.state === "delayed" ? (
            <>
              {" · "}next <Moment at={job.runAt} />
            </>
          ) : null}
          {job.progressText === null ? "" : ` · ${job.progressText}`}
        </div>
        {job.state === "running" ? (
          <Progress label={`Progress of ${job.name}`} value={job.progress} className="mt-1.5" />
        ) : null}
        {job.lastError !== null && job.state !== "done" ? (
          <p className="mt-0.5 line-clamp-2 text-xs text-danger-ink [overflow-wrap:anywhere]">{job.lastError}</p>
        ) : null}
      </div>
      {isOver(job.state) ? null : (
        <Button size="sm" busy={busy} aria-label={`Cancel ${job.name}`} onClick={() => void cancel(job)}>
          Cancel
        </Button>
      )}
      {job.state === "dead" && maySteer ? (
        <Button size="sm" busy={busy} aria-label={`Retry ${job.name}`} onClick={() => void retry(job)}>
          Retry
        </Button>
      ) : null}
    </li>
  );
}
