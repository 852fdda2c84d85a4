import { classNames } from "@mindmesh/ui";
import { Link } from "@tanstack/react-router";
import ChevronRight from "lucide-react/icons/chevron-right";
import type { SettingsPage } from "./pages.tsx";

type SettingsNavProps = { workspaceId: string; pages: readonly SettingsPage[]; className?: string };

/** The settings' own navigation: a column beside the page, on phones a page of its own. */
export function SettingsNav({ workspaceId, pages, className }: SettingsNavProps) {
  const groups = [...new Set(pages.map((page) => page.group))];
  return (
    <nav aria-label="Settings" className={classNames("flex flex-col gap-4", className)}>
      {groups.map((group) => (
        <div key={group}>
          <h2 className="px-2 pb-1 text-xs font-medium text-faint">{group}</h2>
          <ul className="flex flex-col gap-px">
            {pages
              .filter((page) => page.group === group)
              .map(({ slug, title, Icon }) => (
                <li key={slug}>
                  <Link
                    to="/w/$workspaceId/settings/$page"
                    params={{ workspaceId, page: slug }}
                    activeOptions={{ includeSearch: false }}
                    className="flex h-8 items-center gap-2.5 rounded-sm px-2 text-sm text-muted transition-colors hover:bg-hover hover:text-ink phone:h-12 phone:text-base phone:text-ink touch:h-12 [&_svg]:size-4 [&_svg]:shrink-0"
                    activeProps={{ className: "!bg-selected !text-ink font-medium" }}
                  >
                    <Icon aria-hidden="true" />
                    <span className="min-w-0 flex-1 truncate">{title}</span>
                    <ChevronRight aria-hidden="true" className="text-faint md:hidden" />
                  </Link>
                </li>
              ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}
