import type { JobDetail } from "@mindmesh/contracts/jobs";
import { Badge, Button, Dialog, Progress } from "@mindmesh/ui";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Loaded } from "../parts/loaded.tsx";
import { Moment } from "../parts/moment.tsx";
import { jobQuery } from "./queries.ts";
import type { JobSource } from "./source.ts";
import { isOver, states } from "./states.ts";
import { useSteer } from "./use-steer.ts";

type JobDialogProps = { jobId: string; source: JobSource; maySteer: boolean; onClose: () => void };

/** One job: how far it is, what its attempts said, what it was given. */
export function JobDialog({ jobId, source, maySteer, onClose }: JobDialogProps) {
  const job = useQuery(jobQuery(source, jobId));
  const { busy, cancel, retry, remove } = useSteer(source);
  const { data } = job;
  const footer = data ? (
    <>
      {isOver(data.state) && maySteer ? (
        <Button
          variant="danger-quiet"
          busy={busy}
          onClick={() => void remove(data).then((gone) => (gone ? onClose() : undefined))}
        >
          Delete
        </Button>
      ) : null}
      {isOver(data.state) ? null : (
        <Button variant="danger" busy={busy} onClick={() => void cancel(data)}>
          Cancel the job
        </Button>
      )}
      {data.state === "dead" && maySteer ? (
        <Button variant="primary" busy={busy} onClick={() => void retry(data)}>
          Retry now
        </Button>
      ) : null}
      <Button onClick={onClose}>Close</Button>
    </>
  ) : null;
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={data?.name ?? "Job"}
      size="lg"
      footer={footer}
    >
      <Loaded query={job}>{(detail) => <Details job={detail} />}</Loaded>
    </Dialog>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="contents">
      <dt className="text-muted">{name}</dt>
      <dd className="min-w-0 text-ink [overflow-wrap:anywhere]">{children}</dd>
    </div>
  );
}

function Details({ job }: { job: JobDetail }) {
  return (
    <div className="flex flex-col gap-4 text-sm">
      <dl className="grid grid-cols-[auto_1fr] gap-x-6 gap-y-1.5">
        <Fact name="State">
          <Badge tone={states[job.state].tone}>{states[job.state].label}</Badge>
        </Fact>
        <Fact name="Queue">{job.queue}</Fact>
        <Fact name="Attempts">
          {job.attempts} of {job.maxAttempts}
        </Fact>
        <Fact name="Made">
          <Moment at={job.createdAt} exact />
        </Fact>
        {job.startedAt ? (
          <Fact name="Started">
            <Moment at={job.startedAt} exact />
          </Fact>
        ) : null}
        {job.finishedAt ? (
          <Fact name="Ended">
            <Moment at={job.finishedAt} exact />
          </Fact>
        ) : null}
        {job.progressText === null ? null : <Fact name="Doing">{job.progressText}</Fact>}
        <Fact name="Id">
          <code className="font-mono text-xs">{job.id}</code>
        </Fact>
      </dl>
      {job.state === "running" ? <Progress label="Progress" value={job.progress} /> : null}
      {job.errors.length > 0 ? (
        <div>
          <h3 className="font-medium text-ink">Failed attempts</h3>
          <ol className="mt-1 flex flex-col gap-1.5">
            {job.errors.map(({ attempt, at, message }) => (
              <li key={attempt} className="text-xs text-muted">
                {attempt}. <Moment at={at} exact />
                <p className="text-danger-ink [overflow-wrap:anywhere]">{message}</p>
              </li>
            ))}
          </ol>
        </div>
      ) : null}
      <div>
        <h3 className="font-medium text-ink">Given to it</h3>
        <pre className="mt-1 whitespace-pre-wrap break-all rounded-sm bg-sunken p-3 font-mono text-xs text-ink">
          {JSON.stringify(job.payload, null, 2)}
        </pre>
      </div>
    </div>
  );
}
