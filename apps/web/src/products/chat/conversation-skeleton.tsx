import { Skeleton } from "@mindmesh/ui";

/** A conversation on its way, in the shape of one. */
export function ConversationSkeleton() {
  return (
    <div className="mx-auto w-full max-w-3xl flex-1 px-4 pt-6 phone:px-3" aria-busy="true">
      <output className="sr-only">Loading the conversation</output>
      <div className="flex flex-col gap-6">
        <Skeleton className="h-10 w-2/5 self-end rounded-xl" />
        <div className="space-y-2.5">
          <Skeleton className="h-3.5 w-11/12" />
          <Skeleton className="h-3.5 w-full" />
          <Skeleton className="h-3.5 w-3/5" />
        </div>
        <Skeleton className="h-10 w-3/5 self-end rounded-xl" />
        <div className="space-y-2.5">
          <Skeleton className="h-3.5 w-full" />
          <Skeleton className="h-3.5 w-4/5" />
        </div>
      </div>
    </div>
  );
}
