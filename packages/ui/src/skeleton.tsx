import { classNames } from "./class-names.ts";

/** The shape of what will stand here. Size it as the real thing, so that nothing moves when that arrives. */
export function Skeleton({ className }: { className?: string }) {
  return <span aria-hidden="true" className={classNames("block animate-pulse rounded-xs bg-selected", className)} />;
}
