import { Badge, classNames, EmptyState } from "@mindmesh/ui";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import Compass from "lucide-react/icons/compass";
import { Suspense, useEffect, useRef } from "react";
import { meQuery } from "../../identity/queries.ts";
import { ListSkeleton, Loaded } from "../../settings/parts/loaded.tsx";
import { PageHeader } from "../../shell/page-header.tsx";
import { connectionsQuery } from "./queries.ts";
import { type Section, sectionsFor } from "./sections.tsx";

const route = getRouteApi("/w/$workspaceId/query/c/$connectionId/$section");

/** One connection: its name, its sections as tabs, and the one that is open. */
export function ConnectionPage() {
  const { workspaceId, connectionId, section: slug } = route.useParams();
  const { data: me } = useSuspenseQuery(meQuery);
  const connections = useQuery(connectionsQuery(workspaceId));
  const role = me.workspaces.find(({ id }) => id === workspaceId)?.role ?? "viewer";
  const sections = sectionsFor(role);
  const connection = connections.data?.find(({ id }) => id === connectionId);
  const section = sections.find((each) => each.slug === slug);
  return (
    <>
      <PageHeader title={connection ? `${section?.title ?? "Query"}: ${connection.name}` : "Query"}>
        <div className="flex min-w-0 items-center gap-2">
          <h1 className="truncate text-sm font-semibold phone:text-md">{connection?.name ?? "Query"}</h1>
          {connection?.label ? <Badge tone="warning">{connection.label}</Badge> : null}
          {connection && !connection.readOnly ? <Badge tone="danger">may write</Badge> : null}
        </div>
      </PageHeader>
      <Loaded query={connections} skeleton={<ListSkeleton className="p-6" />}>
        {() =>
          connection ? (
            <>
              <SectionTabs workspaceId={workspaceId} connectionId={connectionId} sections={sections} open={slug} />
              <div className="flex min-h-0 flex-1 flex-col">
                {section ? (
                  <Suspense key={connectionId} fallback={<ListSkeleton className="p-6" />}>
                    <section.Content workspaceId={workspaceId} connection={connection} />
                  </Suspense>
                ) : (
                  <NothingHere description="There is no section here, or your role does not include it." />
                )}
              </div>
            </>
          ) : (
            <NothingHere description="This connection is gone, or it is not open to your role." />
          )
        }
      </Loaded>
    </>
  );
}

type SectionTabsProps = {
  workspaceId: string;
  connectionId: string;
  sections: readonly Section[];
  /** The slug of the one that is open. */
  open: string;
};

function SectionTabs({ workspaceId, connectionId, sections, open }: SectionTabsProps) {
  const nav = useRef<HTMLElement>(null);
  const at = sections.findIndex(({ slug }) => slug === open);
  // An outside system: the browser scrolls. On a phone the tab of the open section may stand out of sight.
  useEffect(() => {
    nav.current?.children[at]?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [at]);
  return (
    <nav
      ref={nav}
      aria-label="Sections of the connection"
      className="flex shrink-0 gap-4 overflow-x-auto border-b border-line px-4 [scrollbar-width:none]"
    >
      {sections.map(({ slug: each, title }) => (
        <Link
          key={each}
          to="/w/$workspaceId/query/c/$connectionId/$section"
          params={{ workspaceId, connectionId, section: each }}
          className={classNames(
            "relative flex h-9 shrink-0 items-center px-0.5 text-sm font-medium text-muted transition-colors hover:text-ink touch:h-11",
            "after:absolute after:inset-x-0 after:-bottom-px after:h-0.5 after:rounded-full",
          )}
          activeProps={{ className: "!text-ink after:bg-accent" }}
        >
          {title}
        </Link>
      ))}
    </nav>
  );
}

function NothingHere({ description }: { description: string }) {
  return <EmptyState icon={<Compass aria-hidden="true" />} title="Nothing here" description={description} />;
}
