import { CopyButton } from "@mindmesh/ui";

/** A statement to read and copy. */
export function SqlText({ sql, label = "Statement" }: { sql: string; label?: string }) {
  return (
    <div className="relative mt-1">
      {/* A region that scrolls must be reachable by keyboard. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <section aria-label={label} tabIndex={0} className="max-h-80 overflow-auto rounded-md bg-sunken py-3 pr-12 pl-4">
        <pre className="font-mono text-xs leading-5 whitespace-pre-wrap text-ink">{sql}</pre>
      </section>
      <div className="absolute top-1.5 right-1.5">
        <CopyButton text={sql} label="Copy the statement" />
      </div>
    </div>
  );
}
