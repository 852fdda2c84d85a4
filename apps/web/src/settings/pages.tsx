import type { Me } from "@mindmesh/contracts/identity";
import { roleMay, type Right } from "@mindmesh/contracts/permissions";
import { lazyRouteComponent } from "@tanstack/react-router";
import Activity from "lucide-react/icons/activity";
import Bot from "lucide-react/icons/bot";
import Building2 from "lucide-react/icons/building-2";
import Cable from "lucide-react/icons/cable";
import ChartColumn from "lucide-react/icons/chart-column";
import CircleUser from "lucide-react/icons/circle-user";
import Database from "lucide-react/icons/database";
import History from "lucide-react/icons/history";
import Import from "lucide-react/icons/import";
import KeyRound from "lucide-react/icons/key-round";
import KeySquare from "lucide-react/icons/key-square";
import MessageSquareReply from "lucide-react/icons/message-square-reply";
import Palette from "lucide-react/icons/palette";
import Plug from "lucide-react/icons/plug";
import Route from "lucide-react/icons/route";
import ScrollText from "lucide-react/icons/scroll-text";
import Server from "lucide-react/icons/server";
import ShieldCheck from "lucide-react/icons/shield-check";
import SquareTerminal from "lucide-react/icons/square-terminal";
import Users from "lucide-react/icons/users";
import Wallet from "lucide-react/icons/wallet";
import Wrench from "lucide-react/icons/wrench";
import type { ComponentType } from "react";

export interface SettingsPage {
  /** Last part of its address. */
  slug: string;
  title: string;
  group: "Account" | "Workspace" | "Server";
  Icon: ComponentType<{ "aria-hidden"?: "true" }>;
  /** Words by which the palette finds it too. */
  keywords: string[];
  /** Only for members whose role has this right. */
  needs?: Right;
  /** Its code is fetched by `preload`, at the latest when it is first drawn. */
  Content: ComponentType<{ workspaceId: string }> & { preload?: () => unknown };
}

/** Every page of the settings, in the order of the navigation. Each is fetched when it is first opened. */
export const settingsPages: readonly SettingsPage[] = [
  {
    slug: "profile",
    title: "Profile",
    group: "Account",
    Icon: CircleUser,
    keywords: ["name", "e-mail", "email"],
    Content: lazyRouteComponent(() => import("./account/profile-page.tsx"), "ProfilePage"),
  },
  {
    slug: "security",
    title: "Sign-in and devices",
    group: "Account",
    Icon: ShieldCheck,
    keywords: ["password", "two-factor", "2fa", "totp", "sessions", "google", "github", "oidc"],
    Content: lazyRouteComponent(() => import("./account/security-page.tsx"), "SecurityPage"),
  },
  {
    slug: "appearance",
    title: "Appearance",
    group: "Account",
    Icon: Palette,
    keywords: ["theme", "dark", "light"],
    Content: lazyRouteComponent(() => import("./account/appearance-page.tsx"), "AppearancePage"),
  },
  {
    slug: "api-keys",
    title: "API keys",
    group: "Account",
    Icon: KeySquare,
    keywords: ["token", "access"],
    Content: lazyRouteComponent(() => import("./account/api-keys-page.tsx"), "ApiKeysPage"),
  },
  {
    slug: "programs",
    title: "Connected programs",
    group: "Account",
    Icon: Cable,
    keywords: ["mcp", "oauth", "claude", "cursor", "apps", "revoke", "disconnect"],
    Content: lazyRouteComponent(() => import("./account/programs-page.tsx"), "ProgramsPage"),
  },
  {
    slug: "tool-calls",
    title: "My tool calls",
    group: "Account",
    Icon: History,
    keywords: ["tool calls", "approve", "approval", "agents", "history"],
    Content: lazyRouteComponent(() => import("./tools/tool-calls-page.tsx"), "ToolCallsPage"),
  },
  {
    slug: "my-models",
    title: "My models",
    group: "Account",
    Icon: KeyRound,
    keywords: ["provider", "openai", "anthropic", "key", "default"],
    Content: lazyRouteComponent(() => import("./models/models-page.tsx"), "MyModelsPage"),
  },
  {
    slug: "data",
    title: "My data",
    group: "Account",
    Icon: Database,
    keywords: ["export", "delete account", "gdpr"],
    Content: lazyRouteComponent(() => import("./account/data-page.tsx"), "DataPage"),
  },
  {
    slug: "import",
    title: "Import",
    group: "Account",
    Icon: Import,
    keywords: ["chatgpt", "claude", "conversations"],
    needs: "content.write",
    Content: lazyRouteComponent(() => import("./import/import-page.tsx"), "ImportPage"),
  },
  {
    slug: "workspace",
    title: "General",
    group: "Workspace",
    Icon: Building2,
    keywords: ["rename", "leave", "delete workspace"],
    Content: lazyRouteComponent(() => import("./workspace/general-page.tsx"), "GeneralPage"),
  },
  {
    slug: "members",
    title: "Members",
    group: "Workspace",
    Icon: Users,
    keywords: ["people", "invite", "role"],
    Content: lazyRouteComponent(() => import("./workspace/members-page.tsx"), "MembersPage"),
  },
  {
    slug: "models",
    title: "Models",
    group: "Workspace",
    Icon: Bot,
    keywords: ["provider", "openai", "anthropic", "key", "default"],
    Content: lazyRouteComponent(() => import("./models/models-page.tsx"), "WorkspaceModelsPage"),
  },
  {
    slug: "routing",
    title: "Model routing",
    group: "Workspace",
    Icon: Route,
    keywords: ["tier", "fast", "quality", "cheap", "backup", "fallback"],
    Content: lazyRouteComponent(() => import("./routing/routing-page.tsx"), "RoutingPage"),
  },
  {
    slug: "prepared-answers",
    title: "Prepared answers",
    group: "Workspace",
    Icon: MessageSquareReply,
    keywords: ["cache", "precomputed", "question", "faq"],
    needs: "workspace.configure",
    Content: lazyRouteComponent(() => import("./prepared/prepared-page.tsx"), "PreparedAnswersPage"),
  },
  {
    slug: "usage",
    title: "Usage",
    group: "Workspace",
    Icon: ChartColumn,
    keywords: ["cost", "tokens", "spending", "csv", "statistics"],
    Content: lazyRouteComponent(() => import("./money/usage-page.tsx"), "UsagePage"),
  },
  {
    slug: "budgets",
    title: "Budgets and prices",
    group: "Workspace",
    Icon: Wallet,
    keywords: ["limit", "cost", "spending", "money"],
    Content: lazyRouteComponent(() => import("./money/budgets-page.tsx"), "BudgetsPage"),
  },
  {
    slug: "code",
    title: "Code",
    group: "Workspace",
    Icon: SquareTerminal,
    keywords: ["sandbox", "run", "python", "javascript", "limits", "network", "walls"],
    needs: "workspace.configure",
    Content: lazyRouteComponent(() => import("./code/code-page.tsx"), "CodePage"),
  },
  {
    slug: "tools",
    title: "Tools",
    group: "Workspace",
    Icon: Wrench,
    keywords: ["approve", "approval", "critical", "limits", "switch off", "agents"],
    Content: lazyRouteComponent(() => import("./tools/tools-page.tsx"), "ToolsPage"),
  },
  {
    slug: "mcp",
    title: "MCP servers",
    group: "Workspace",
    Icon: Plug,
    keywords: ["model context protocol", "tools", "connect", "integrations"],
    needs: "workspace.configure",
    Content: lazyRouteComponent(() => import("./mcp/mcp-servers-page.tsx"), "McpServersPage"),
  },
  {
    slug: "jobs",
    title: "Background jobs",
    group: "Workspace",
    Icon: Activity,
    keywords: ["queue", "retry", "progress"],
    Content: lazyRouteComponent(() => import("./jobs/jobs-page.tsx"), "WorkspaceJobsPage"),
  },
  {
    slug: "audit",
    title: "Audit log",
    group: "Workspace",
    Icon: ScrollText,
    keywords: ["history", "who"],
    needs: "audit.read",
    Content: lazyRouteComponent(() => import("./workspace/audit-page.tsx"), "WorkspaceAuditPage"),
  },
  {
    slug: "server",
    title: "Sign-up and people",
    group: "Server",
    Icon: Server,
    keywords: ["accounts", "lock", "reset link", "owner"],
    Content: lazyRouteComponent(() => import("./server/people-page.tsx"), "PeoplePage"),
  },
  {
    slug: "server-jobs",
    title: "All jobs",
    group: "Server",
    Icon: Activity,
    keywords: ["queue", "schedule", "cron", "dead letters"],
    Content: lazyRouteComponent(() => import("./jobs/jobs-page.tsx"), "ServerJobsPage"),
  },
  {
    slug: "server-audit",
    title: "Server’s audit log",
    group: "Server",
    Icon: ScrollText,
    keywords: ["history", "sign-in"],
    Content: lazyRouteComponent(() => import("./workspace/audit-page.tsx"), "ServerAuditPage"),
  },
];

/** The pages that this person sees while in this workspace. */
export function pagesFor(me: Me, workspaceId: string) {
  const role = me.workspaces.find(({ id }) => id === workspaceId)?.role ?? "viewer";
  return settingsPages.filter(
    (page) =>
      (page.group !== "Server" || me.person.isInstanceOwner) && (page.needs === undefined || roleMay(role, page.needs)),
  );
}
