import { ClientError } from "@mindmesh/client";
import { Button, ErrorState } from "@mindmesh/ui";
import { useQueryErrorResetBoundary } from "@tanstack/react-query";
import { useMatch, useRouter, type ErrorComponentProps } from "@tanstack/react-router";
import { useEffect } from "react";
import { useServerBack } from "./use-server-back.ts";

/** What a person is told. Only the server's own messages are in plain words; any other is for the console. */
function inPlainWords(error: unknown) {
  if (error instanceof ClientError) {
    if (error.code !== "offline") return { title: "This page could not be loaded", description: error.message };
    const description = "Check the connection. This page comes by itself as soon as the server answers.";
    return { title: "The server cannot be reached", description };
  }
  // A file of a build that the server no longer has.
  const isOlderThanServer =
    error instanceof Error && /dynamically imported module|Importing a module script failed/i.test(error.message);
  if (isOlderThanServer) {
    return {
      title: "This page is out of step with the server",
      description: "The server has probably been updated since this tab was opened. Reload to get the new version.",
    };
  }
  return {
    title: "This page stopped working",
    description: "Something in it failed. What you had saved is safe; try again, or reload the page.",
  };
}

/** In place of a page that failed; the rest of the shell stays usable. What only lacked the server comes when that is back. */
export function RouteError({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const isInShell = useMatch({
    strict: false,
    select: ({ routeId }) => String(routeId).startsWith("/w/$workspaceId/"),
  });
  const Place = isInShell ? "div" : "main";
  const queries = useQueryErrorResetBoundary();
  useEffect(() => queries.reset(), [queries]);
  const words = inPlainWords(error);
  const again = () => {
    reset();
    void router.invalidate();
  };
  useServerBack(error instanceof ClientError && error.code === "offline", again);
  return (
    <Place className="flex h-full items-center justify-center">
      <title>{`${words.title} · Mindmesh`}</title>
      <ErrorState
        {...words}
        titleAs="h1"
        onRetry={again}
        action={
          <Button variant="ghost" onClick={() => location.reload()}>
            Reload
          </Button>
        }
      />
    </Place>
  );
}
