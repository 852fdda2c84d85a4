import { EmptyState, IconButton } from "@mindmesh/ui";
import { useSuspenseQuery } from "@tanstack/react-query";
import { Navigate, useNavigate, useParams } from "@tanstack/react-router";
import ArrowLeft from "lucide-react/icons/arrow-left";
import Compass from "lucide-react/icons/compass";
import { Suspense } from "react";
import { meQuery } from "../identity/queries.ts";
import { PageHeader } from "../shell/page-header.tsx";
import { useWide } from "../shell/use-wide.ts";
import { pagesFor } from "./pages.tsx";
import { FirstLoad } from "./parts/first-load.tsx";
import { ListSkeleton } from "./parts/loaded.tsx";
import { SettingsNav } from "./settings-nav.tsx";

/** The settings: their navigation, and one page of them. */
export function SettingsLayout() {
  const { workspaceId = "", page: slug } = useParams({ strict: false });
  const { data: me } = useSuspenseQuery(meQuery);
  const wide = useWide();
  const navigate = useNavigate();
  const pages = pagesFor(me, workspaceId);
  if (slug === undefined) {
    if (wide) return <Navigate to="/w/$workspaceId/settings/$page" params={{ workspaceId, page: "profile" }} replace />;
    return (
      <>
        <PageHeader title="Settings" />
        <div className="min-h-0 flex-1 overflow-y-auto px-2 py-4">
          <SettingsNav workspaceId={workspaceId} pages={pages} />
        </div>
      </>
    );
  }
  const page = pages.find((each) => each.slug === slug);
  const title = page?.title ?? "Settings";
  return (
    <>
      <PageHeader title={title}>
        <div className="flex min-w-0 items-center gap-1">
          <IconButton
            label="All settings"
            icon={<ArrowLeft />}
            tooltip={false}
            className="md:hidden"
            onClick={() => void navigate({ to: "/w/$workspaceId/settings", params: { workspaceId } })}
          />
          <h1 className="truncate text-sm font-semibold phone:text-md">{title}</h1>
        </div>
      </PageHeader>
      <div className="flex min-h-0 flex-1">
        {wide ? (
          <SettingsNav
            workspaceId={workspaceId}
            pages={pages}
            className="w-52 shrink-0 overflow-y-auto border-r border-line px-2 py-4"
          />
        ) : null}
        <div
          key={slug}
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it must scroll by keyboard
          tabIndex={0}
          className="min-w-0 flex-1 overflow-y-auto -outline-offset-2"
        >
          <div className="mx-auto max-w-3xl px-8 pb-16 phone:px-4">
            {page ? (
              <Suspense fallback={<ListSkeleton className="pt-6" />}>
                <FirstLoad>
                  <page.Content workspaceId={workspaceId} />
                </FirstLoad>
              </Suspense>
            ) : (
              <EmptyState
                icon={<Compass aria-hidden="true" />}
                title="No such page"
                description="There is no page of the settings here, or your role does not include it."
              />
            )}
          </div>
        </div>
      </div>
    </>
  );
}
