import { roleMay } from "@mindmesh/contracts/permissions";
import { useMemo } from "react";
import { useRole } from "../use-role.ts";
import { JobList } from "./job-list.tsx";
import { QueueCards } from "./queue-cards.tsx";
import { SchedulesSection } from "./schedules-section.tsx";
import { serverJobs, workspaceJobs } from "./source.ts";

/** The background work of a workspace; members who do not administer it see their own. */
export function WorkspaceJobsPage({ workspaceId }: { workspaceId: string }) {
  const source = useMemo(() => workspaceJobs(workspaceId), [workspaceId]);
  const maySteer = roleMay(useRole(workspaceId), "jobs.manage");
  return (
    <>
      <QueueCards source={source} />
      <JobList source={source} maySteer={maySteer} />
    </>
  );
}

/** The background work of the whole server, and what it does by itself. */
export function ServerJobsPage() {
  return (
    <>
      <QueueCards source={serverJobs} />
      <JobList source={serverJobs} maySteer />
      <SchedulesSection />
    </>
  );
}
