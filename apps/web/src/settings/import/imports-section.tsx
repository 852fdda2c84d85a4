import type { ChatImport } from "@mindmesh/contracts/chat";
import { Badge, Button, confirm, Progress } from "@mindmesh/ui";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { chatApi } from "../../products/chat/api.ts";
import { showError } from "../../shell/show-error.ts";
import { Loaded } from "../parts/loaded.tsx";
import { Moment } from "../parts/moment.tsx";
import { Row, Rows, Section } from "../parts/section.tsx";
import { importsQuery } from "./queries.ts";

const states = {
  waiting: { label: "Waiting", tone: "neutral" },
  running: { label: "Running", tone: "accent" },
  done: { label: "Done", tone: "success" },
  failed: { label: "Failed", tone: "danger" },
  cancelled: { label: "Cancelled", tone: "neutral" },
} as const;
const sources = { chatgpt: "ChatGPT", claude: "Claude" };
const counted = (count: number, one: string, many: string) =>
  `${count.toLocaleString("en")} ${count === 1 ? one : many}`;

/** What an import has brought so far, in words. */
function outcome({ conversationsAdded, conversationsKnown, messagesAdded, skipped }: ChatImport) {
  const parts = [
    `${counted(conversationsAdded, "conversation", "conversations")} added`,
    counted(messagesAdded, "message", "messages"),
  ];
  if (conversationsKnown > 0) parts.push(`${counted(conversationsKnown, "was", "were")} here already`);
  if (skipped > 0) parts.push(`${skipped.toLocaleString("en")} could not be read`);
  return parts.join(", ");
}

/** The person's imports with their progress and what came of them. */
export function ImportsSection({ workspaceId }: { workspaceId: string }) {
  const queryClient = useQueryClient();
  const imports = useQuery(importsQuery(workspaceId));
  const cancel = async (each: ChatImport) => {
    const sure = await confirm({
      title: "Stop this import?",
      description: "What it has added stays. Importing the file again goes on from there.",
      confirmLabel: "Stop import",
      cancelLabel: "Let it run",
      danger: true,
    });
    if (!sure) return;
    await chatApi.cancelImport({ params: { workspaceId, importId: each.id } }).catch(showError);
    await queryClient.invalidateQueries(importsQuery(workspaceId));
  };
  return (
    <Section title="Imports">
      <Loaded query={imports}>
        {(items) =>
          items.length === 0 ? (
            <p className="text-sm text-muted">None yet.</p>
          ) : (
            <Rows label="Imports">
              {items.map((each) => {
                const active = each.state === "waiting" || each.state === "running";
                return (
                  <Row
                    key={each.id}
                    title={
                      <>
                        {each.fileName}
                        <Badge tone={states[each.state].tone}>{states[each.state].label}</Badge>
                      </>
                    }
                    detail={
                      <>
                        {each.source ? `${sources[each.source]} · ` : ""}
                        <Moment at={each.createdAt} /> · {outcome(each)}
                        {each.error === null ? null : <p className="text-danger-ink">{each.error}</p>}
                        {active ? (
                          <Progress label={`Import of ${each.fileName}`} value={each.progress} className="mt-1.5" />
                        ) : null}
                      </>
                    }
                  >
                    {active ? (
                      <Button
                        size="sm"
                        aria-label={`Stop the import of ${each.fileName}`}
                        onClick={() => void cancel(each)}
                      >
                        Stop
                      </Button>
                    ) : null}
                  </Row>
                );
              })}
            </Rows>
          )
        }
      </Loaded>
    </Section>
  );
}
