import type { ConnectedProgram } from "@mindmesh/contracts/oauth";
import { Badge, Button, confirm, EmptyState, toast } from "@mindmesh/ui";
import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import Cable from "lucide-react/icons/cable";
import { programsApi } from "../../connect/api.ts";
import { scopeWords } from "../../connect/scope-words.ts";
import { showError } from "../../shell/show-error.ts";
import { Loaded } from "../parts/loaded.tsx";
import { Moment } from "../parts/moment.tsx";
import { Row, Rows, Section } from "../parts/section.tsx";

const programsQuery = queryOptions({
  queryKey: ["account", "programs"],
  queryFn: ({ signal }) => programsApi.listConnectedPrograms({ signal }),
  select: ({ items }) => items,
  staleTime: 0,
});

/** The programs that a person has let in, over all workspaces, and the way to end that. */
export function ProgramsPage() {
  const queryClient = useQueryClient();
  const programs = useQuery(programsQuery);
  const disconnect = async (program: ConnectedProgram) => {
    const sure = await confirm({
      title: `Disconnect “${program.name}”?`,
      description: "It is refused from its next request on, and must ask you again.",
      confirmLabel: "Disconnect",
      danger: true,
    });
    if (!sure) return;
    try {
      await programsApi.disconnectProgram({ params: { programId: program.id } });
      toast("Program disconnected");
    } catch (error) {
      showError(error);
    }
    await queryClient.invalidateQueries(programsQuery);
  };
  return (
    <Section
      title="Connected programs"
      description="Programs that act as you, such as Claude, Cursor or any MCP client. Each is good for one workspace and never more than your role allows."
    >
      <Loaded query={programs}>
        {(items) =>
          items.length === 0 ? (
            <EmptyState
              icon={<Cable aria-hidden="true" />}
              title="No programs yet"
              description={`Give an MCP client the address ${location.origin}/mcp. It sends you here to agree.`}
            />
          ) : (
            <Rows label="Connected programs">
              {items.map((program) => (
                <Row
                  key={program.id}
                  title={
                    <>
                      {program.name}
                      <Badge>{scopeWords[program.scope].label}</Badge>
                    </>
                  }
                  detail={
                    <>
                      {program.host === null ? "" : `${program.host} · `}
                      {program.workspace.name} · connected <Moment at={program.createdAt} /> ·{" "}
                      {program.lastUsedAt === null ? (
                        "never used"
                      ) : (
                        <>
                          used <Moment at={program.lastUsedAt} />
                        </>
                      )}
                    </>
                  }
                >
                  <Button
                    size="sm"
                    variant="danger-quiet"
                    aria-label={`Disconnect ${program.name}`}
                    onClick={() => void disconnect(program)}
                  >
                    Disconnect
                  </Button>
                </Row>
              ))}
            </Rows>
          )
        }
      </Loaded>
    </Section>
  );
}
