import { Button, EmptyState, LoadMore, Select } from "@mindmesh/ui";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import ScrollText from "lucide-react/icons/scroll-text";
import { Loaded } from "../parts/loaded.tsx";
import { useFilters } from "../use-filters.ts";
import { AuditRow } from "./audit-row.tsx";
import { auditLogQuery, membersQuery } from "./queries.ts";

const all = "all";

const workspaceKinds = [
  { value: "member", label: "Members" },
  { value: "invitation", label: "Invitations" },
  { value: "api_key", label: "API keys" },
  { value: "workspace", label: "Workspace" },
  { value: "tool", label: "Tools" },
];
const serverKinds = [
  { value: "session", label: "Sign-ins" },
  { value: "person", label: "Accounts" },
  { value: "password", label: "Passwords" },
  { value: "second_factor", label: "Two-factor" },
  { value: "email", label: "E-mail addresses" },
  { value: "provider", label: "Linked sign-ins" },
  { value: "instance", label: "Server" },
];
const periods = [
  { value: all, label: "At any time" },
  { value: "1", label: "Last day" },
  { value: "7", label: "Last 7 days" },
  { value: "30", label: "Last 30 days" },
];

export function WorkspaceAuditPage({ workspaceId }: { workspaceId: string }) {
  const { data: members } = useQuery(membersQuery(workspaceId));
  const people = (members ?? []).map(({ id, name }) => ({ value: id, label: name }));
  return <Audit workspaceId={workspaceId} kinds={workspaceKinds} people={people} />;
}

export function ServerAuditPage() {
  return <Audit workspaceId={null} kinds={serverKinds} people={[]} />;
}

type Option = { value: string; label: string };
type AuditProps = { workspaceId: string | null; kinds: Option[]; people: Option[] };

function Audit({ workspaceId, kinds, people }: AuditProps) {
  const [filters, setFilters] = useFilters();
  const { action, actor, days } = filters;
  const log = useInfiniteQuery(
    auditLogQuery(workspaceId, {
      action,
      actorId: actor,
      days: days === undefined ? undefined : Number(days) || undefined,
    }),
  );
  const choose = (name: "action" | "actor" | "days") => (value: string) =>
    setFilters({ [name]: value === all ? undefined : value });
  const filtered = action !== undefined || actor !== undefined || days !== undefined;
  return (
    <div className="py-6">
      <div className="mb-4 grid grid-cols-3 gap-2 phone:grid-cols-1">
        <Select
          aria-label="What"
          options={[{ value: all, label: "Everything" }, ...kinds]}
          value={action ?? all}
          onValueChange={choose("action")}
        />
        {people.length > 0 ? (
          <Select
            aria-label="Who"
            options={[{ value: all, label: "By anybody" }, ...people]}
            value={actor ?? all}
            onValueChange={choose("actor")}
          />
        ) : null}
        <Select aria-label="When" options={periods} value={days ?? all} onValueChange={choose("days")} />
      </div>
      <Loaded query={log}>
        {({ pages }) => {
          const entries = pages.flatMap((page) => page.items);
          if (entries.length === 0) {
            return (
              <EmptyState
                icon={<ScrollText aria-hidden="true" />}
                title={filtered ? "Nothing fits these filters" : "Nothing has been recorded yet"}
                action={
                  filtered ? (
                    <Button onClick={() => setFilters({ action: undefined, actor: undefined, days: undefined })}>
                      Clear filters
                    </Button>
                  ) : null
                }
              />
            );
          }
          return (
            <>
              <ol aria-label="Audit log" className="flex flex-col divide-y divide-line border-t border-line">
                {entries.map((entry) => (
                  <AuditRow key={entry.id} entry={entry} />
                ))}
              </ol>
              <LoadMore
                hasMore={log.hasNextPage}
                busy={log.isFetchingNextPage}
                onLoadMore={() => void log.fetchNextPage()}
                label="Older entries"
                className="mt-2"
              />
            </>
          );
        }}
      </Loaded>
    </div>
  );
}
