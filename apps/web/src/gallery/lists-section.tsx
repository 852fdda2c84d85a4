import { Badge, LoadMore, Pagination, Table, Tabs } from "@mindmesh/ui";
import { useState } from "react";
import { Section } from "./section.tsx";

const nothing = () => undefined;
const rows = [
  ["Title every conversation", "Running", "accent", "12", "0.8 s"],
  ["Read attached file", "Done", "success", "1,204", "2.1 s"],
  ["Send invitation", "Waiting", "warning", "3", "5.0 s"],
  ["Import archive", "Failed", "danger", "1", "41.7 s"],
] as const;

export function ListsSection() {
  const [page, setPage] = useState(2);
  return (
    <Section title="Lists">
      <Tabs
        label="Settings"
        defaultValue="queues"
        tabs={[
          {
            value: "queues",
            label: "Queues",
            content: (
              <>
                <Table label="Queues">
                  <thead>
                    <tr>
                      <th>Job</th>
                      <th>State</th>
                      <th data-numeric>Runs</th>
                      <th data-numeric>Average</th>
                    </tr>
                  </thead>
                  <tbody>
                    {rows.map(([job, state, tone, runs, average]) => (
                      <tr key={job}>
                        <td className="font-medium">{job}</td>
                        <td>
                          <Badge tone={tone}>{state}</Badge>
                        </td>
                        <td data-numeric>{runs}</td>
                        <td data-numeric>{average}</td>
                      </tr>
                    ))}
                  </tbody>
                </Table>
                <LoadMore hasMore busy={false} onLoadMore={nothing} className="mt-2" />
                <Pagination page={page} pageCount={7} onPageChange={setPage} className="mt-2" />
              </>
            ),
          },
          { value: "schedules", label: "Schedules", content: <p className="text-sm text-muted">None.</p> },
          { value: "dead", label: "Dead letters", content: <p className="text-sm text-muted">None.</p> },
        ]}
      />
    </Section>
  );
}
