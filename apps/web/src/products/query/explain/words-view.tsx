import type { StatementWords } from "@mindmesh/contracts/query/explain";
import { Button } from "@mindmesh/ui";
import { useState } from "react";

/** Parts that are shown before somebody asks for all. */
const few = 40;

/** A statement in words, a part a row. */
export function WordsView({ words }: { words: StatementWords }) {
  const [all, setAll] = useState(false);
  const parts = all ? words.parts : words.parts.slice(0, few);
  return (
    <>
      <dl className="mt-2 flex flex-col">
        {parts.map(({ title, lines, of }, index) => (
          <div
            // oxlint-disable-next-line react/no-array-index-key -- parts have no key and do not move
            key={index}
            className="grid grid-cols-[11rem_1fr] gap-x-4 border-b border-line py-1.5 last:border-0 phone:grid-cols-1"
          >
            <dt className="text-xs leading-5 font-medium text-faint">
              {of ? <span className="mr-1 font-mono text-muted">{of}</span> : null}
              {title}
            </dt>
            <dd className="text-sm break-words text-ink">
              {lines.map((line, at) => (
                // oxlint-disable-next-line react/no-array-index-key -- the same may be said twice
                <p key={at}>{line}</p>
              ))}
            </dd>
          </div>
        ))}
      </dl>
      {parts.length < words.parts.length ? (
        <Button size="sm" variant="ghost" onClick={() => setAll(true)}>
          Show all {words.parts.length.toLocaleString("en")} parts
        </Button>
      ) : null}
    </>
  );
}
