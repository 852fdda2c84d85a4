import { ClientError } from "@mindmesh/client";
import { classNames, ErrorState, Skeleton } from "@mindmesh/ui";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";

/** The shape of a list or a form that is on its way. */
export function ListSkeleton({ rows = 4, className }: { rows?: number; className?: string }) {
  return (
    <output aria-label="Loading" className={classNames("flex flex-col gap-3", className)}>
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton key={row} className="h-9 w-full" />
      ))}
    </output>
  );
}

type LoadedProps<Data> = {
  query: UseQueryResult<Data>;
  skeleton?: ReactNode;
  children: (data: Data) => ReactNode;
};

/** What a query gives once it is there: a skeleton before that, an error with a way to try again if it fails. */
export function Loaded<Data>({ query, skeleton = <ListSkeleton />, children }: LoadedProps<Data>) {
  if (query.data !== undefined) return children(query.data);
  if (!query.isError) return skeleton;
  return (
    <ErrorState
      title="This could not be loaded"
      description={query.error instanceof ClientError ? query.error.message : "Something went wrong on this page."}
      onRetry={() => void query.refetch()}
      retrying={query.isFetching}
    />
  );
}
