import { ClientError } from "@mindmesh/client";
import type { Documentation } from "@mindmesh/contracts/query/documentation";
import { roleMay } from "@mindmesh/contracts/permissions";
import { Button, DropdownMenu, EmptyState, SearchInput, SegmentedControl, toast } from "@mindmesh/ui";
import { useMutation, useQuery, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import BookOpen from "lucide-react/icons/book-open";
import Download from "lucide-react/icons/download";
import History from "lucide-react/icons/history";
import { meQuery } from "../../../identity/queries.ts";
import { Loaded } from "../../../settings/parts/loaded.tsx";
import type { SectionProps } from "../sections.tsx";
import { ChangesList } from "./changes-list.tsx";
import { CoverageBars } from "./coverage-bars.tsx";
import { DescribedTables } from "./described-tables.tsx";
import { FindingsList } from "./findings-list.tsx";
import { documentationApi, documentationKeyOf, documentationQuery, documentationUrl } from "./queries.ts";

const route = getRouteApi("/w/$workspaceId/query/c/$connectionId/$section");
const views = [
  { value: "tables", label: "Tables" },
  { value: "findings", label: "Findings" },
  { value: "changes", label: "Changes" },
] as const;

/** What a schema means, how much of that is written down, what a reviewer would say, and what has changed. */
export function DocumentationSection({ workspaceId, connection }: SectionProps) {
  const documentation = useQuery(documentationQuery(workspaceId, connection.id));
  if (documentation.error instanceof ClientError && documentation.error.status === 404) {
    return (
      <EmptyState
        icon={<BookOpen aria-hidden="true" />}
        title="Nothing to document yet"
        description="The schema of this connection has not been read. Read it under Schema; its documentation is there right after."
      />
    );
  }
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it must scroll by keyboard
    <div className="min-h-0 flex-1 overflow-y-auto -outline-offset-2" tabIndex={0}>
      <div className="mx-auto max-w-4xl px-8 pb-16 pt-5 phone:px-4">
        <Loaded query={documentation}>
          {(data) => <DocumentationView workspaceId={workspaceId} connection={connection} documentation={data} />}
        </Loaded>
      </div>
    </div>
  );
}

type ViewProps = SectionProps & { documentation: Documentation };

function DocumentationView({ workspaceId, connection, documentation }: ViewProps) {
  const { view = "tables", find = "" } = route.useSearch();
  const navigate = route.useNavigate();
  const { data: me } = useSuspenseQuery(meQuery);
  const role = me.workspaces.find(({ id }) => id === workspaceId)?.role ?? "viewer";
  const mayDescribe = roleMay(role, "query.develop");
  const queryClient = useQueryClient();
  const params = { workspaceId, connectionId: connection.id };
  const keep = useMutation({
    mutationFn: () => documentationApi.keepDocumentation({ params, body: {} }),
    onSuccess: ({ version }) => {
      toast(`Version ${version} is kept`, { tone: "success" });
      return queryClient.invalidateQueries({ queryKey: documentationKeyOf(workspaceId, connection.id) });
    },
    onError: (error) =>
      toast(error instanceof ClientError ? error.message : "It could not be kept.", { tone: "danger" }),
  });
  const save = (format: "markdown" | "html" | "pdf") => () => window.location.assign(documentationUrl(params, format));
  return (
    <>
      <CoverageBars coverage={documentation.coverage} takenAt={documentation.takenAt} />
      <div className="mb-4 mt-5 flex flex-wrap items-center gap-2">
        <SegmentedControl
          label="What is shown"
          value={view === "findings" || view === "changes" ? view : "tables"}
          options={views}
          onValueChange={(next) => void navigate({ search: { view: next }, replace: true })}
        />
        <div className="ml-auto flex items-center gap-2">
          {mayDescribe ? (
            <Button size="sm" icon={<History />} busy={keep.isPending} onClick={() => keep.mutate()}>
              Keep a version
            </Button>
          ) : null}
          <DropdownMenu
            align="end"
            entries={[
              { label: "Markdown", onSelect: save("markdown") },
              { label: "HTML", onSelect: save("html") },
              { label: "PDF", onSelect: save("pdf") },
            ]}
          >
            <Button size="sm" icon={<Download />}>
              Export
            </Button>
          </DropdownMenu>
        </div>
      </div>
      {view === "findings" ? (
        <FindingsList {...params} findings={documentation.findings} />
      ) : view === "changes" ? (
        <ChangesList {...params} mayKeep={mayDescribe} />
      ) : (
        <>
          <SearchInput
            label="Search the documentation"
            placeholder="Table, column or words of a description"
            value={find}
            onValueChange={(words) =>
              void navigate({ search: { view: "tables", ...(words !== "" && { find: words }) }, replace: true })
            }
          />
          <DescribedTables {...params} documentation={documentation} words={find} mayDescribe={mayDescribe} />
        </>
      )}
    </>
  );
}
