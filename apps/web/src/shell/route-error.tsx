import { Button, ErrorState } from "@mindmesh/ui";
import { useQueryErrorResetBoundary } from "@tanstack/react-query";
import { useRouter, type ErrorComponentProps } from "@tanstack/react-router";
import { useEffect } from "react";

/** A file of a build that the server no longer has: the page is older than the server. */
const isStaleBuild = (message: string) => /dynamically imported module|Importing a module script failed/i.test(message);

/** In place of a page that failed; the rest of the shell stays usable. */
export function RouteError({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const queries = useQueryErrorResetBoundary();
  useEffect(() => queries.reset(), [queries]);
  const message = error instanceof Error ? error.message : String(error);
  const requestId =
    error instanceof Error && "requestId" in error && typeof error.requestId === "string" ? error.requestId : null;
  return (
    <div className="flex h-full items-center justify-center">
      {isStaleBuild(message) ? (
        <ErrorState
          title="This page could not be fetched"
          description="The connection broke, or the server has been updated since this tab was opened."
          action={
            <Button variant="primary" onClick={() => location.reload()}>
              Reload
            </Button>
          }
        />
      ) : (
        <ErrorState
          title="This page stopped working"
          description={message}
          {...(requestId ? { requestId } : {})}
          onRetry={() => {
            reset();
            void router.invalidate();
          }}
        />
      )}
    </div>
  );
}
