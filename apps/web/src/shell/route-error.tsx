import { ClientError } from "@mindmesh/client";
import { Button, ErrorState } from "@mindmesh/ui";
import { useQueryErrorResetBoundary } from "@tanstack/react-query";
import { useRouter, type ErrorComponentProps } from "@tanstack/react-router";
import { useEffect } from "react";

/** What a person is told. Only the server's own messages are in plain words; any other is for the console. */
function inPlainWords(error: unknown) {
  if (error instanceof ClientError) {
    const title = error.code === "offline" ? "The server cannot be reached" : "This page could not be loaded";
    return { title, description: error.message };
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

/** In place of a page that failed; the rest of the shell stays usable. */
export function RouteError({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const queries = useQueryErrorResetBoundary();
  useEffect(() => queries.reset(), [queries]);
  return (
    <div className="flex h-full items-center justify-center">
      <ErrorState
        {...inPlainWords(error)}
        onRetry={() => {
          reset();
          void router.invalidate();
        }}
        action={
          <Button variant="ghost" onClick={() => location.reload()}>
            Reload
          </Button>
        }
      />
    </div>
  );
}
