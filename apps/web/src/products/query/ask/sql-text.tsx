import { CopyButton } from "@mindmesh/ui";

/** A statement to read and copy. */
export function SqlText({ sql, label = "Statement" }: { sql: string; label?: string }) {
  return (
    <div className="relative mt-1">
      {/* What scrolls must be reachable by keyboard; a group, as a page may show many and landmarks must be unique. */}
      <div
        role="group"
        aria-label={label}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- as above
        tabIndex={0}
        className="max-h-80 overflow-auto rounded-md bg-sunken py-3 pr-12 pl-4"
      >
        <pre className="font-mono text-xs leading-5 whitespace-pre-wrap text-ink">{sql}</pre>
      </div>
      <div className="absolute top-1.5 right-1.5">
        <CopyButton text={sql} label="Copy the statement" />
      </div>
    </div>
  );
}
