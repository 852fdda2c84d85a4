import { useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { meQuery } from "../identity/queries.ts";
import { useCommand } from "../shell/commands.ts";
import { pagesFor, type SettingsPage } from "./pages.tsx";

/** A palette entry for every page of the settings. Draws nothing. */
export function SettingsCommands({ workspaceId }: { workspaceId: string }) {
  const { data: me } = useSuspenseQuery(meQuery);
  return pagesFor(me, workspaceId).map((page) => <PageCommand key={page.slug} workspaceId={workspaceId} page={page} />);
}

function PageCommand({ workspaceId, page }: { workspaceId: string; page: SettingsPage }) {
  const navigate = useNavigate();
  const { Icon } = page;
  useCommand({
    id: `settings.${page.slug}`,
    title: page.group === "Account" ? `Settings: ${page.title}` : `${page.group}: ${page.title}`,
    group: "Settings",
    icon: <Icon />,
    keywords: ["settings", ...page.keywords],
    run: () => void navigate({ to: "/w/$workspaceId/settings/$page", params: { workspaceId, page: page.slug } }),
  });
  return null;
}
