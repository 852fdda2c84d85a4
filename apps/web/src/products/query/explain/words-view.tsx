import type { StatementWords } from "@mindmesh/contracts/query/explain";

/** A statement in words, a part a row. */
export function WordsView({ words }: { words: StatementWords }) {
  return (
    <dl className="mt-2 flex flex-col">
      {words.parts.map(({ title, lines, of }, index) => (
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
            {lines.map((line) => (
              <p key={line}>{line}</p>
            ))}
          </dd>
        </div>
      ))}
    </dl>
  );
}
