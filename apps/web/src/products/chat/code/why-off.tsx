import type { SandboxDescription } from "@mindmesh/contracts/runs";
import { Callout } from "@mindmesh/ui";
import { Link } from "@tanstack/react-router";
import Info from "lucide-react/icons/info";

/** Says why code cannot run; nothing where it can. */
export function WhyOff({ workspaceId, sandbox }: { workspaceId: string; sandbox: SandboxDescription | undefined }) {
  const words = sandbox ? whyNot(sandbox) : null;
  if (words === null) return null;
  return (
    <Callout icon={<Info aria-hidden="true" />} className="mx-3 mt-3 shrink-0">
      {words}{" "}
      {sandbox?.state === "off" ? (
        <Link
          to="/w/$workspaceId/settings/$page"
          params={{ workspaceId, page: "code" }}
          className="text-accent-ink underline underline-offset-4"
        >
          More about it
        </Link>
      ) : null}
    </Callout>
  );
}

/** Why nothing can be run by this person here, in a sentence or two; null when something can. */
export function whyNot({ state, reason, allowed }: SandboxDescription): string | null {
  if (state === "starting") return "The walls around code are being tested. This takes a few seconds.";
  if (state === "off") return `Code cannot run here. ${reason ?? ""}`.trim();
  return allowed ? null : "Running code needs another role in this workspace.";
}
