import { useQuery } from "@tanstack/react-query";
import { toolApprovalsQuery } from "../../tools/queries.ts";
import { ToolCallCard } from "../../tools/tool-call-card.tsx";
import { Loaded } from "../parts/loaded.tsx";
import { Moment } from "../parts/moment.tsx";
import { Section } from "../parts/section.tsx";
import { origins, shownCall } from "./call-words.ts";

/** Critical calls that their people have approved and that wait for an admin. */
export function ApprovalsSection({ workspaceId }: { workspaceId: string }) {
  const approvals = useQuery(toolApprovalsQuery(workspaceId));
  return (
    <Section
      title="Waiting for an admin"
      description="Critical calls that their people have approved. One runs in the name of that person, once, with exactly these arguments."
    >
      <Loaded query={approvals}>
        {(items) =>
          items.length === 0 ? (
            <p className="text-sm text-muted">Nothing waits.</p>
          ) : (
            <ol aria-label="Calls that wait for an admin">
              {items.map(({ call, person }) => (
                <li key={call.id} className="mb-3">
                  <ToolCallCard workspaceId={workspaceId} call={shownCall(call)} mine={false} admin />
                  <p className="px-3 text-xs text-faint">
                    {person.name}, {origins[call.origin].replace(/^./, (letter) => letter.toLowerCase())},{" "}
                    <Moment at={call.personApprovedAt ?? call.createdAt} />
                  </p>
                </li>
              ))}
            </ol>
          )
        }
      </Loaded>
    </Section>
  );
}
