import { getRouteApi, Link } from "@tanstack/react-router";
import ArrowLeft from "lucide-react/icons/arrow-left";

const route = getRouteApi("/w/$workspaceId/query/c/$connectionId/$section");

/** On phones, where the list of tables is out of sight: the way back to it. */
export function BackToTables() {
  const { workspaceId, connectionId, section } = route.useParams();
  const { find } = route.useSearch();
  return (
    <Link
      to="/w/$workspaceId/query/c/$connectionId/$section"
      params={{ workspaceId, connectionId, section }}
      search={find === undefined ? {} : { find }}
      className="mt-1 inline-flex h-11 items-center gap-1.5 rounded-sm text-xs text-muted hover:text-ink md:hidden"
    >
      <ArrowLeft aria-hidden="true" className="size-3.5" />
      All tables
    </Link>
  );
}
