import { classNames } from "./class-names.ts";

/** The mark: two arches woven into an m. Drawn on a 16 px grid so that it is crisp at 16. */
export function LogoMark({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 16 16" fill="none" aria-hidden="true" className={classNames("size-4 shrink-0", className)}>
      <path
        d="M6 14V7a4 4 0 0 1 8 0v7"
        stroke="currentColor"
        strokeOpacity="0.5"
        strokeWidth="2"
        strokeLinecap="round"
      />
      <path d="M2 14V7a4 4 0 0 1 8 0v7" stroke="currentColor" strokeWidth="2" strokeLinecap="round" />
    </svg>
  );
}

/** Mark and name. */
export function Wordmark({ className }: { className?: string }) {
  return (
    <span
      className={classNames(
        "inline-flex items-center gap-2 text-md font-semibold tracking-[-0.02em] text-ink",
        className,
      )}
    >
      <LogoMark className="size-[1.15em] text-accent-ink" />
      Mindmesh
    </span>
  );
}
