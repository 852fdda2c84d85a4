import { jobQueues, jobStates } from "@mindmesh/contracts/jobs";
import { Button, EmptyState, LoadMore, SearchInput, Select } from "@mindmesh/ui";
import { useInfiniteQuery } from "@tanstack/react-query";
import Activity from "lucide-react/icons/activity";
import { Loaded } from "../parts/loaded.tsx";
import { Section } from "../parts/section.tsx";
import { useFilters } from "../use-filters.ts";
import { JobRow } from "./job-row.tsx";
import { jobsQuery } from "./queries.ts";
import type { JobSource } from "./source.ts";
import { states } from "./states.ts";
import { later } from "../../shell/later.tsx";

const JobDialog = later(() => import("./job-dialog.tsx").then((part) => part.JobDialog));

const all = "all";

type JobListProps = {
  source: JobSource;
  /** May retry and delete; everybody may cancel their own. */
  maySteer: boolean;
};

/** Jobs, newest first, by state, queue and words; each opens with its attempts and errors. */
export function JobList({ source, maySteer }: JobListProps) {
  const [filters, setFilters] = useFilters();
  const state = jobStates.find((each) => each === filters.state);
  const queue = jobQueues.find((each) => each === filters.queue);
  const search = filters.search?.trim();
  const jobs = useInfiniteQuery(
    jobsQuery(source, { ...(state ? { state } : {}), ...(queue ? { queue } : {}), ...(search ? { search } : {}) }),
  );
  const filtered = Boolean(state ?? queue ?? search);
  return (
    <Section title="Jobs">
      <div className="mb-3 grid grid-cols-[1fr_10rem_10rem] gap-2 phone:grid-cols-2">
        <SearchInput
          label="Search jobs"
          placeholder="Name, progress, error or id"
          value={filters.search ?? ""}
          onValueChange={(text) => setFilters({ search: text === "" ? undefined : text })}
          className="phone:col-span-2"
        />
        <Select
          aria-label="State"
          options={[
            { value: all, label: "Every state" },
            ...jobStates.map((each) => ({ value: each, label: states[each].label })),
          ]}
          value={state ?? all}
          onValueChange={(value) => setFilters({ state: value === all ? undefined : value })}
        />
        <Select
          aria-label="Queue"
          options={[
            { value: all, label: "Every queue" },
            ...jobQueues.map((each) => ({ value: each, label: `Queue ${each}` })),
          ]}
          value={queue ?? all}
          onValueChange={(value) => setFilters({ queue: value === all ? undefined : value })}
        />
      </div>
      <Loaded query={jobs}>
        {({ pages }) => {
          const items = pages.flatMap((page) => page.items);
          if (items.length === 0) {
            return (
              <EmptyState
                icon={<Activity aria-hidden="true" />}
                title={filtered ? "No job fits" : "No background work yet"}
                description={filtered ? undefined : "Imports, exports and the reading of files show up here."}
                action={
                  filtered ? (
                    <Button onClick={() => setFilters({ state: undefined, queue: undefined, search: undefined })}>
                      Clear filters
                    </Button>
                  ) : null
                }
              />
            );
          }
          return (
            <>
              <ul aria-label="Jobs" className="flex flex-col divide-y divide-line border-t border-line">
                {items.map((job) => (
                  <JobRow
                    key={job.id}
                    job={job}
                    source={source}
                    maySteer={maySteer}
                    onOpen={() => setFilters({ job: job.id })}
                  />
                ))}
              </ul>
              <LoadMore
                hasMore={jobs.hasNextPage}
                busy={jobs.isFetchingNextPage}
                onLoadMore={() => void jobs.fetchNextPage()}
                label="Older jobs"
                className="mt-2"
              />
            </>
          );
        }}
      </Loaded>
      {filters.job === undefined ? null : (
        <JobDialog
          jobId={filters.job}
          source={source}
          maySteer={maySteer}
          onClose={() => setFilters({ job: undefined })}
        />
      )}
    </Section>
  );
}
