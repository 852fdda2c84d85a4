import { readFileSync } from "node:fs";
import type { Rolldown } from "vite";

interface FirstRequests {
  /** The path, as a regular expression; its groups are $1, $2 in `data`. */
  address: string;
  /** Source files of the parts that the router fetches for it, below src/. */
  parts: string[];
  /** What these read, in the words of the requests that they make; the first one before the others. */
  data: string[];
}

const alone = (address: string, part: string) => ({ address, parts: [part], data: ["/api/auth/setup"] });
const layout = "workspace/workspace-layout.tsx";
const conversations = "/api/workspaces/$1/chat/conversations";
const list = `${conversations}?view=active&limit=60`;

/**
 * What the pages of the settings read whoever opens them, by the last part of their addresses. A page that is not here
 * reads nothing of its own, or what the day decides.
 */
const ofSettings: Record<string, string[]> = {
  profile: ["/api/me/security"],
  security: ["/api/me/security", "/api/auth/setup", "/api/me/sessions"],
  "api-keys": ["/api/workspaces/$1/api-keys"],
  programs: ["/api/me/programs"],
  "tool-calls": ["/api/workspaces/$1/tool-calls?limit=30"],
  "my-models": ["/api/workspaces/$1/models/keys", "/api/workspaces/$1/models"],
  data: ["/api/me/export", "/api/me/deletion"],
  import: ["/api/workspaces/$1/chat/imports"],
  members: ["/api/workspaces/$1/members"],
  models: ["/api/workspaces/$1/models/keys", "/api/workspaces/$1/models"],
  routing: ["/api/workspaces/$1/models/routing"],
  "prepared-answers": ["/api/workspaces/$1/prepared-answers?limit=50"],
  budgets: ["/api/workspaces/$1/budgets", "/api/workspaces/$1/prices"],
  code: ["/api/workspaces/$1/chat/sandbox", "/api/workspaces/$1/chat/run-settings"],
  tools: ["/api/workspaces/$1/tool-settings", "/api/workspaces/$1/tools?all=true"],
  mcp: ["/api/workspaces/$1/mcp-servers"],
  jobs: ["/api/workspaces/$1/job-queues", "/api/workspaces/$1/jobs?limit=50"],
  audit: ["/api/workspaces/$1/audit?limit=50", "/api/workspaces/$1/members"],
  server: ["/api/instance/settings", "/api/instance/people?limit=50"],
  "server-jobs": ["/api/instance/job-queues", "/api/instance/jobs?limit=50", "/api/instance/job-schedules"],
  "server-audit": ["/api/instance/audit?limit=50"],
};

/**
 * The pages of Query. What they read depends on the role, and what that forbids the server refuses: only what every
 * member may read is asked for.
 */
function queryPages(): FirstRequests[] {
  const source = readFileSync(new URL("../src/products/query/sections.tsx", import.meta.url), "utf8");
  const query = "/w/([^/]+)/query";
  const page = (address: string, ...parts: string[]) => ({
    address,
    parts: [layout, ...parts.map((part) => `products/query/${part}`)],
    data: ["/api/me", list],
  });
  return [
    page(query, "query-home-page.tsx"),
    page(`${query}/new`, "connections/new-connection-page.tsx"),
    page(`${query}/dashboards`, "dashboards/dashboards-page.tsx"),
    page(`${query}/dashboards/([^/]+)`, "dashboards/dashboard-page.tsx"),
    page(`${query}/alerts`, "dashboards/alerts-page.tsx"),
    ...[...source.matchAll(/slug: "([\w-]+)"[^]*?import\("\.\/([\w./-]+)"\)/g)].map(([, slug = "", file = ""]) =>
      page(`${query}/c/([^/]+)/${slug}`, "connection-page.tsx", file),
    ),
  ];
}

/** The pages of the settings by their addresses, as src/settings/pages.tsx names them. */
function settingsPages(): FirstRequests[] {
  const source = readFileSync(new URL("../src/settings/pages.tsx", import.meta.url), "utf8");
  return [...source.matchAll(/slug: "([\w-]+)"[^]*?import\("\.\/([\w./-]+)"\)/g)].map(([, slug = "", file]) => ({
    address: `/w/([^/]+)/settings/${slug}`,
    parts: [layout, "settings/settings-layout.tsx", `settings/${file}`],
    data: ["/api/me", ...(ofSettings[slug] ?? []), list],
  }));
}

/** What each address needs before it shows what the person came for. Kept true by test/first-requests.test.ts. */
export const firstRequests = (): FirstRequests[] => [
  alone("/sign-in", "identity/sign-in-page.tsx"),
  alone("/sign-up", "identity/sign-up-page.tsx"),
  alone("/set-up", "identity/set-up-page.tsx"),
  alone("/forgot-password", "identity/forgot-password-page.tsx"),
  alone("/invitation", "identity/invitation-page.tsx"),
  { address: "/", parts: [layout, "products/chat/new-conversation-page.tsx"], data: ["/api/me"] },
  {
    address: "/w/([^/]+)/chat",
    parts: [layout, "products/chat/new-conversation-page.tsx"],
    data: ["/api/me", list, "/api/workspaces/$1/models"],
  },
  {
    address: "/w/([^/]+)/chat/([^/]+)",
    parts: [layout, "products/chat/conversation-page.tsx", "products/chat/markdown/markdown.tsx"],
    data: ["/api/me", `${conversations}/$2`, list],
  },
  ...queryPages(),
  ...settingsPages(),
];

/**
 * The same with the names of the built scripts: those of the parts and whatever they import, without those of the
 * entry, which the page names itself.
 * @throws when a part is not in the build
 */
export function builtFirstRequests(bundle: Rolldown.OutputBundle): [string, string[], string[]][] {
  const chunks = Object.values(bundle).filter((file) => file.type === "chunk");
  const closure = (fileName: string, found = new Set<string>()) => {
    if (found.has(fileName)) return found;
    found.add(fileName);
    for (const imported of chunks.find((chunk) => chunk.fileName === fileName)?.imports ?? []) closure(imported, found);
    return found;
  };
  const entry = chunks.find((chunk) => chunk.isEntry && chunk.name === "index");
  const named = closure(entry?.fileName ?? "");
  return firstRequests().map(({ address, parts, data }) => {
    const scripts = new Set<string>();
    for (const part of parts) {
      const chunk = chunks.find(({ moduleIds }) => moduleIds.some((id) => id.endsWith(`/apps/web/src/${part}`)));
      if (!chunk) throw new Error(`the build has no part "${part}", which build/first-requests.ts names`);
      closure(chunk.fileName, scripts);
    }
    const names = [...scripts.difference(named)].map((fileName) => fileName.replace(/^assets\//, ""));
    return [address, names, data];
  });
}
