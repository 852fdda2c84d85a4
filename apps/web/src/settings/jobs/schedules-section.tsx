import { Button, EmptyState, Table, toast } from "@mindmesh/ui";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import CalendarClock from "lucide-react/icons/calendar-clock";
import { showError } from "../../shell/show-error.ts";
import { instanceJobsApi } from "../api.ts";
import { Loaded } from "../parts/loaded.tsx";
import { Moment } from "../parts/moment.tsx";
import { Section } from "../parts/section.tsx";
import { schedulesQuery } from "./queries.ts";

/** What the server does by itself, when next, and now if asked. */
export function SchedulesSection() {
  const queryClient = useQueryClient();
  const schedules = useQuery(schedulesQuery);
  const run = useMutation({
    mutationFn: (name: string) => instanceJobsApi.runSchedule({ params: { name } }),
    onSuccess: (_, name) => void toast(`${name} was started`),
    onError: showError,
    onSettled: () => queryClient.invalidateQueries({ queryKey: ["instance", "jobs"] }),
  });
  return (
    <Section title="Schedules" description="What the server does by itself.">
      <Loaded query={schedules}>
        {(items) =>
          items.length === 0 ? (
            <EmptyState icon={<CalendarClock aria-hidden="true" />} title="Nothing is scheduled" />
          ) : (
            <Table label="Scheduled jobs">
              <thead>
                <tr>
                  <th scope="col">Job</th>
                  <th scope="col">When</th>
                  <th scope="col">Next</th>
                  <th scope="col">Last</th>
                  <th scope="col">
                    <span className="sr-only">Run</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {items.map(({ name, cron, timezone, nextRunAt, lastRunAt }) => (
                  <tr key={name}>
                    <th scope="row" className="!text-sm !text-ink">
                      {name}
                    </th>
                    <td className="whitespace-nowrap">
                      <code className="font-mono text-xs">{cron}</code>{" "}
                      <span className="text-xs text-faint">{timezone}</span>
                    </td>
                    <td className="whitespace-nowrap">
                      <Moment at={nextRunAt} />
                    </td>
                    <td className="whitespace-nowrap">{lastRunAt === null ? "Never" : <Moment at={lastRunAt} />}</td>
                    <td className="text-right">
                      <Button
                        size="sm"
                        aria-label={`Run now: ${name}`}
                        busy={run.isPending && run.variables === name}
                        onClick={() => run.mutate(name)}
                      >
                        Run now
                      </Button>
                    </td>
                  </tr>
                ))}
              </tbody>
            </Table>
          )
        }
      </Loaded>
    </Section>
  );
}
