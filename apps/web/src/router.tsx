import { ClientError } from "@mindmesh/client";
import { Overlays } from "@mindmesh/ui";
import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { safeNext } from "./identity/enter.ts";
import { meQuery, setupQuery } from "./identity/queries.ts";
import { allConversations } from "./products/chat/conversation-filter.ts";
import { loadMarkdown } from "./products/chat/load-markdown.ts";
import { panelSearch, type PanelView } from "./products/chat/code/panel-view.ts";
import { conversationQuery, conversationsQuery } from "./products/chat/queries.ts";
import { readEngineSearch, readSectionSearch } from "./products/query/section-search.ts";
import { readFilters } from "./settings/filters.ts";
import { loadPart } from "./shell/load-part.ts";
import { NotFoundPage } from "./shell/not-found-page.tsx";
import { PagePending } from "./shell/page-pending.tsx";
import { RouteError } from "./shell/route-error.tsx";
import { lastWorkspace, rememberWorkspace } from "./workspace/last-workspace.ts";

const rootRoute = createRootRouteWithContext<{ queryClient: QueryClient }>()({
  component: () => (
    <>
      <Outlet />
      <Overlays />
    </>
  ),
});

/** Who is signed in; sends a visitor to set-up or sign-in, and back afterwards. */
async function signedIn(queryClient: QueryClient, href: string) {
  try {
    return await queryClient.ensureQueryData(meQuery);
  } catch (error) {
    if (!(error instanceof ClientError && error.status === 401)) throw error;
    const { needsSetup } = await queryClient.ensureQueryData(setupQuery);
    if (needsSetup) throw redirect({ to: "/set-up" });
    throw redirect({ to: "/sign-in", search: href === "/" ? {} : { next: href } });
  }
}

const homeRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/",
  beforeLoad: async ({ context, location }) => {
    const me = await signedIn(context.queryClient, location.href);
    const workspace = me.workspaces.find(({ id }) => id === lastWorkspace()) ?? me.workspaces[0];
    if (workspace) throw redirect({ to: "/w/$workspaceId/chat", params: { workspaceId: workspace.id }, replace: true });
  },
  component: lazyRouteComponent(() => import("./workspace/no-workspace-page.tsx"), "NoWorkspacePage"),
});

const setUpRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/set-up",
  beforeLoad: async ({ context }) => {
    const { needsSetup } = await context.queryClient.ensureQueryData(setupQuery);
    if (!needsSetup) throw redirect({ to: "/" });
  },
  component: lazyRouteComponent(() => import("./identity/set-up-page.tsx"), "SetUpPage"),
});

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/sign-in",
  validateSearch: (search): { next?: string; error?: string } => {
    const next = safeNext(search["next"]);
    const error = search["error"];
    return { ...(next === undefined ? {} : { next }), ...(typeof error === "string" ? { error } : {}) };
  },
  beforeLoad: async ({ context }) => {
    const { needsSetup } = await context.queryClient.ensureQueryData(setupQuery);
    if (needsSetup) throw redirect({ to: "/set-up" });
  },
  component: lazyRouteComponent(() => import("./identity/sign-in-page.tsx"), "SignInPage"),
});

const signUpRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/sign-up",
  loader: ({ context }) => context.queryClient.ensureQueryData(setupQuery),
  component: lazyRouteComponent(() => import("./identity/sign-up-page.tsx"), "SignUpPage"),
});

const secondFactorRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/sign-in/second-factor",
  validateSearch: (search): { returnTo?: string } => {
    const returnTo = safeNext(search["returnTo"]);
    return returnTo === undefined ? {} : { returnTo };
  },
  component: lazyRouteComponent(() => import("./identity/second-factor-page.tsx"), "SecondFactorPage"),
});

const forgotPasswordRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/forgot-password",
  loader: ({ context }) => context.queryClient.ensureQueryData(setupQuery),
  component: lazyRouteComponent(() => import("./identity/forgot-password-page.tsx"), "ForgotPasswordPage"),
});

const resetPasswordRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/reset-password",
  component: lazyRouteComponent(() => import("./identity/reset-password-page.tsx"), "ResetPasswordPage"),
});

const confirmEmailRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/confirm-email",
  component: lazyRouteComponent(() => import("./identity/confirm-email-page.tsx"), "ConfirmEmailPage"),
});

const invitationRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/invitation",
  loader: ({ context }) => context.queryClient.ensureQueryData(setupQuery),
  component: lazyRouteComponent(() => import("./identity/invitation-page.tsx"), "InvitationPage"),
});

const connectRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/connect/$requestId",
  beforeLoad: ({ context, location }) => signedIn(context.queryClient, location.href).then(() => undefined),
  component: lazyRouteComponent(() => import("./connect/connect-page.tsx"), "ConnectPage"),
});

const connectRefusedRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/connect-refused",
  validateSearch: (search): { error?: string } =>
    typeof search["error"] === "string" ? { error: search["error"] } : {},
  component: lazyRouteComponent(() => import("./connect/connect-refused-page.tsx"), "ConnectRefusedPage"),
});

/** Everything of a workspace, inside the shell. */
const workspaceRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/w/$workspaceId",
  beforeLoad: async ({ context, location, params }) => {
    const me = await signedIn(context.queryClient, location.href);
    if (!me.workspaces.some(({ id }) => id === params.workspaceId)) throw redirect({ to: "/" });
    rememberWorkspace(params.workspaceId);
  },
  loader: ({ context, params }) => {
    void context.queryClient.prefetchInfiniteQuery(conversationsQuery(params.workspaceId, allConversations));
  },
  component: lazyRouteComponent(() => import("./workspace/workspace-layout.tsx"), "WorkspaceLayout"),
});

const newConversationRoute = createRoute({
  getParentRoute: () => workspaceRoute,
  path: "/chat",
  component: lazyRouteComponent(() => import("./products/chat/new-conversation-page.tsx"), "NewConversationPage"),
});

const conversationRoute = createRoute({
  getParentRoute: () => workspaceRoute,
  path: "/chat/$conversationId",
  // A message that a search led to, and the words that were looked for; what the panel for code shows.
  validateSearch: (search): { message?: string; find?: string; code?: PanelView } => ({
    ...(typeof search["message"] === "string" ? { message: search["message"] } : {}),
    ...(typeof search["find"] === "string" ? { find: search["find"] } : {}),
    ...panelSearch(search["code"]),
  }),
  loader: ({ context, params }) => {
    void context.queryClient.prefetchQuery(conversationQuery(params.workspaceId, params.conversationId));
    void loadMarkdown();
  },
  component: lazyRouteComponent(() => import("./products/chat/conversation-page.tsx"), "ConversationPage"),
});

const queryHomeRoute = createRoute({
  getParentRoute: () => workspaceRoute,
  path: "/query",
  component: lazyRouteComponent(() => import("./products/query/query-home-page.tsx"), "QueryHomePage"),
});

const queryNewRoute = createRoute({
  getParentRoute: () => workspaceRoute,
  path: "/query/new",
  validateSearch: readEngineSearch,
  component: lazyRouteComponent(
    () => import("./products/query/connections/new-connection-page.tsx"),
    "NewConnectionPage",
  ),
});

const querySectionRoute = createRoute({
  getParentRoute: () => workspaceRoute,
  path: "/query/c/$connectionId/$section",
  validateSearch: readSectionSearch,
  loader: async ({ params, cause }) =>
    loadPart((await import("./products/query/sections.tsx")).sections, params.section, cause),
  component: lazyRouteComponent(() => import("./products/query/connection-page.tsx"), "ConnectionPage"),
});

const dashboardsRoute = createRoute({
  getParentRoute: () => workspaceRoute,
  path: "/query/dashboards",
  component: lazyRouteComponent(() => import("./products/query/dashboards/dashboards-page.tsx"), "DashboardsPage"),
});

const dashboardRoute = createRoute({
  getParentRoute: () => workspaceRoute,
  path: "/query/dashboards/$dashboardId",
  component: lazyRouteComponent(() => import("./products/query/dashboards/dashboard-page.tsx"), "DashboardPage"),
});

const alertsRoute = createRoute({
  getParentRoute: () => workspaceRoute,
  path: "/query/alerts",
  component: lazyRouteComponent(() => import("./products/query/dashboards/alerts-page.tsx"), "AlertsPage"),
});

const loadSettings = () => import("./settings/settings-layout.tsx");

const settingsRoute = createRoute({
  getParentRoute: () => workspaceRoute,
  path: "/settings",
  component: lazyRouteComponent(loadSettings, "SettingsLayout"),
});

const settingsPageRoute = createRoute({
  getParentRoute: () => workspaceRoute,
  path: "/settings/$page",
  validateSearch: readFilters,
  loader: async ({ params, cause }) =>
    loadPart((await import("./settings/pages.tsx")).settingsPages, params.page, cause),
  component: lazyRouteComponent(loadSettings, "SettingsLayout"),
});

const routeTree = rootRoute.addChildren([
  homeRoute,
  setUpRoute,
  signInRoute,
  signUpRoute,
  secondFactorRoute,
  forgotPasswordRoute,
  resetPasswordRoute,
  confirmEmailRoute,
  invitationRoute,
  connectRoute,
  connectRefusedRoute,
  workspaceRoute.addChildren([
    newConversationRoute,
    conversationRoute,
    queryHomeRoute,
    queryNewRoute,
    querySectionRoute,
    dashboardsRoute,
    dashboardRoute,
    alertsRoute,
    settingsRoute,
    settingsPageRoute,
  ]),
]);

export function makeRouter(queryClient: QueryClient) {
  return createRouter({
    routeTree,
    context: { queryClient },
    defaultPreload: "intent",
    // TanStack Query decides what is stale, not the router.
    defaultPreloadStaleTime: 0,
    scrollRestoration: true,
    defaultErrorComponent: RouteError,
    defaultNotFoundComponent: NotFoundPage,
    defaultPendingComponent: PagePending,
    defaultPendingMs: 150,
    defaultPendingMinMs: 300,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
