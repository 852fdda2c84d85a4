import { classNames } from "./class-names.ts";

/** A turning ring, as large as the text around it unless `className` sizes it. `label` is read to screen readers. */
export function Spinner({ label, className }: { label?: string; className?: string }) {
  const ring = (
    <span className={classNames("inline-flex size-[1.1em] shrink-0", className)} aria-hidden="true">
      <svg viewBox="0 0 16 16" fill="none" className="size-full animate-spin">
        <circle cx="8" cy="8" r="6.25" stroke="currentColor" strokeOpacity="0.22" strokeWidth="1.75" />
        <path d="M14.25 8A6.25 6.25 0 0 0 8 1.75" stroke="currentColor" strokeWidth="1.75" strokeLinecap="round" />
      </svg>
    </span>
  );
  if (!label) return ring;
  return (
    <output className="inline-flex">
      {ring}
      <span className="sr-only">{label}</span>
    </output>
  );
}
