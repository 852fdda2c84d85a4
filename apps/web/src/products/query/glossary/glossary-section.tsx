import { roleMay } from "@mindmesh/contracts/permissions";
import type { GlossaryTerm } from "@mindmesh/contracts/query/glossary";
import { Badge, Button, Callout, confirm, EmptyState, IconButton, SearchInput } from "@mindmesh/ui";
import { useQuery, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import BookOpenText from "lucide-react/icons/book-open-text";
import Pencil from "lucide-react/icons/pencil";
import Plus from "lucide-react/icons/plus";
import Trash2 from "lucide-react/icons/trash-2";
import TriangleAlert from "lucide-react/icons/triangle-alert";
import { useState } from "react";
import { meQuery } from "../../../identity/queries.ts";
import { ListSkeleton, Loaded } from "../../../settings/parts/loaded.tsx";
import { showError } from "../../../shell/show-error.ts";
import { glossaryApi } from "../ask/api.ts";
import { type Place, glossaryKeyOf, glossaryQuery } from "../ask/queries.ts";
import type { SectionProps } from "../sections.tsx";
import { TermForm } from "./term-form.tsx";

/** The words of the business and what they stand for in the schema. */
export function GlossarySection({ workspaceId, connection }: SectionProps) {
  const place = { workspaceId, connectionId: connection.id };
  const { data: me } = useSuspenseQuery(meQuery);
  const role = me.workspaces.find(({ id }) => id === workspaceId)?.role ?? "viewer";
  const mayChange = roleMay(role, "query.develop");
  const terms = useQuery(glossaryQuery(place));
  const [editing, setEditing] = useState<GlossaryTerm | "new" | null>(null);
  const [find, setFind] = useState("");
  const words = find.trim().toLowerCase();
  const fits = ({ term, synonyms, definition }: GlossaryTerm) =>
    [term, ...synonyms, definition].some((text) => text.toLowerCase().includes(words));
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <div className="mx-auto flex max-w-4xl flex-col gap-4 px-8 py-6 phone:px-4 phone:py-4">
        <Loaded query={terms} skeleton={<ListSkeleton rows={5} />}>
          {(items) => (
            <>
              {items.length > 0 || editing ? (
                <div className="flex items-center gap-2">
                  <div className="min-w-0 flex-1">
                    <SearchInput label="Find a term" placeholder="Find a term" value={find} onValueChange={setFind} />
                  </div>
                  {mayChange ? (
                    <Button
                      variant="primary"
                      icon={<Plus aria-hidden="true" />}
                      disabled={editing === "new"}
                      onClick={() => setEditing("new")}
                    >
                      New term
                    </Button>
                  ) : null}
                </div>
              ) : null}
              {editing === "new" ? <TermForm place={place} term={null} onDone={() => setEditing(null)} /> : null}
              {items.length === 0 && !editing ? (
                <EmptyState
                  icon={<BookOpenText aria-hidden="true" />}
                  title="No terms yet"
                  description="Say what words such as “revenue” or “active customer” stand for. Questions in words follow them, with and without a model."
                  action={
                    mayChange ? (
                      <Button variant="primary" onClick={() => setEditing("new")}>
                        New term
                      </Button>
                    ) : null
                  }
                />
              ) : null}
              {items.length > 0 && words !== "" && !items.some(fits) ? (
                <p className="text-sm text-muted">No term has “{find.trim()}” in it.</p>
              ) : null}
              <ul className="flex flex-col gap-3">
                {items.filter(fits).map((term) => (
                  <li key={term.id}>
                    {editing !== "new" && editing?.id === term.id ? (
                      <TermForm place={place} term={term} onDone={() => setEditing(null)} />
                    ) : (
                      <TermCard place={place} term={term} onEdit={mayChange ? () => setEditing(term) : null} />
                    )}
                  </li>
                ))}
              </ul>
            </>
          )}
        </Loaded>
      </div>
    </div>
  );
}

function TermCard({ place, term, onEdit }: { place: Place; term: GlossaryTerm; onEdit: (() => void) | null }) {
  const queryClient = useQueryClient();
  const remove = async () => {
    const sure = await confirm({
      title: `Delete the term “${term.term}”?`,
      description: "Questions in words no longer know it.",
      confirmLabel: "Delete term",
      danger: true,
    });
    if (!sure) return;
    await glossaryApi.deleteTerm({ params: { ...place, termId: term.id } }).catch(showError);
    await queryClient.invalidateQueries({ queryKey: glossaryKeyOf(place) });
  };
  const { fragment, bindings, stale, definition, synonyms } = term;
  return (
    <article aria-label={term.term} className="flex flex-col gap-2 rounded-lg border border-line px-4 py-3">
      <div className="flex items-start gap-2">
        <div className="min-w-0 flex-1">
          <h2 className="flex flex-wrap items-center gap-1.5 text-sm font-semibold">
            {term.term}
            {synonyms.map((each) => (
              <Badge key={each}>{each}</Badge>
            ))}
          </h2>
          {definition ? <p className="mt-1 text-sm whitespace-pre-line text-muted">{definition}</p> : null}
        </div>
        {onEdit ? (
          <>
            <IconButton size="sm" label={`Change ${term.term}`} icon={<Pencil />} onClick={onEdit} />
            <IconButton size="sm" label={`Delete ${term.term}`} icon={<Trash2 />} onClick={() => void remove()} />
          </>
        ) : null}
      </div>
      {bindings.length > 0 ? (
        <p className="font-mono text-xs break-words text-muted">
          {bindings.map(({ schema, table, column }) => [schema, table, column].filter(Boolean).join(".")).join(", ")}
        </p>
      ) : null}
      {fragment ? (
        <p className="text-xs text-muted">
          {fragment.kind === "measure" ? "Computed over" : "Rows of"}{" "}
          <span className="font-mono">{fragment.table}</span>
          {fragment.kind === "measure" ? ": " : " where "}
          <code className="rounded-sm bg-sunken px-1 py-0.5 font-mono break-all text-ink">{fragment.sql}</code>
        </p>
      ) : null}
      {stale.length > 0 ? (
        <Callout tone="warning" icon={<TriangleAlert aria-hidden="true" />} title="The schema has changed">
          {stale.join(" ")} Until it is mended, questions do not use this term.
        </Callout>
      ) : null}
    </article>
  );
}
