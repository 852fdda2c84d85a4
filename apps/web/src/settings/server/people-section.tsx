import { Avatar, Badge, DropdownMenu, EmptyState, IconButton, LoadMore, SearchInput } from "@mindmesh/ui";
import { useInfiniteQuery } from "@tanstack/react-query";
import Ellipsis from "lucide-react/icons/ellipsis";
import Users from "lucide-react/icons/users";
import { Loaded } from "../parts/loaded.tsx";
import { Moment } from "../parts/moment.tsx";
import { Row, Rows, Section } from "../parts/section.tsx";
import { useFilters } from "../use-filters.ts";
import { peopleQuery } from "./queries.ts";
import { usePersonActions } from "./use-person-actions.tsx";

/** Everybody with an account on this server. */
export function PeopleSection() {
  const [{ search = "" }, setFilters] = useFilters();
  const people = useInfiniteQuery(peopleQuery(search.trim()));
  const { entriesFor, dialogs } = usePersonActions();
  return (
    <Section title="People" description="Everybody with an account on this server.">
      <SearchInput
        label="Search people"
        placeholder="Name or address"
        value={search}
        onValueChange={(text) => setFilters({ search: text === "" ? undefined : text })}
        className="mb-3"
      />
      <Loaded query={people}>
        {({ pages }) => {
          const items = pages.flatMap((page) => page.items);
          if (items.length === 0) {
            return <EmptyState icon={<Users aria-hidden="true" />} title="Nobody is called like that" />;
          }
          return (
            <>
              <Rows label="People">
                {items.map((person) => (
                  <Row
                    key={person.id}
                    icon={<Avatar name={person.name} size="md" />}
                    title={
                      <>
                        {person.name}
                        {person.isInstanceOwner ? <Badge tone="accent">Owns the server</Badge> : null}
                        {person.disabled ? <Badge tone="danger">Locked</Badge> : null}
                        {person.hasSecondFactor ? <Badge tone="success">Two-factor</Badge> : null}
                      </>
                    }
                    detail={
                      <>
                        {person.email} · {person.workspaces === 1 ? "1 workspace" : `${person.workspaces} workspaces`} ·{" "}
                        {person.lastSeenAt === null ? (
                          "never seen"
                        ) : (
                          <>
                            seen <Moment at={person.lastSeenAt} />
                          </>
                        )}
                      </>
                    }
                  >
                    <DropdownMenu align="end" entries={entriesFor(person)}>
                      <IconButton label={`Actions for ${person.name}`} icon={<Ellipsis />} />
                    </DropdownMenu>
                  </Row>
                ))}
              </Rows>
              <LoadMore
                hasMore={people.hasNextPage}
                busy={people.isFetchingNextPage}
                onLoadMore={() => void people.fetchNextPage()}
                label="More people"
                className="mt-2"
              />
            </>
          );
        }}
      </Loaded>
      {dialogs}
    </Section>
  );
}
