import { Skeleton, Spinner } from "@mindmesh/ui";

/** While a page is on its way: the header's line and height stand already, so that nothing moves when it comes. */
export function PagePending() {
  return (
    <div className="flex h-full flex-col">
      <div className="flex h-12 shrink-0 items-center border-b border-line px-4 phone:h-[calc(3.25rem+env(safe-area-inset-top))] phone:pt-[env(safe-area-inset-top)]">
        <Skeleton className="h-3.5 w-40" />
      </div>
      <div className="flex flex-1 items-center justify-center">
        <Spinner label="Loading" className="size-5 text-faint" />
      </div>
    </div>
  );
}
