import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { offerQuery } from "./queries.ts";

/** How to get a model, in a sentence for each way. */
export function NoModel({ workspaceId }: { workspaceId: string }) {
  const { data: offer } = useQuery(offerQuery(workspaceId));
  return (
    <div className="text-sm text-muted">
      <p>Answers need a model; everything else works without one. There are three ways to get one:</p>
      <ol className="mt-2 list-decimal space-y-1.5 pl-5">
        {offer?.help.map(({ way, text }) => (
          <li key={way}>
            {text}{" "}
            {way === "own_key" ? (
              <Link
                to="/w/$workspaceId/settings/$page"
                params={{ workspaceId, page: "models" }}
                className="font-medium text-accent-ink underline underline-offset-4"
              >
                Add a key
              </Link>
            ) : null}
          </li>
        ))}
      </ol>
    </div>
  );
}
