import { type Query, useIsFetching, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useState } from "react";
import { ListSkeleton } from "./loaded.tsx";

/** Milliseconds after which a page shows what it has, with placeholders for the rest. */
const patience = 4000;
const isFirst = { predicate: ({ state }: Query) => state.data === undefined };

/**
 * Shows a page once everything that it asks for at first has come or failed, so that no part of it moves because another
 * one arrives later. Until then a placeholder stands in its room.
 */
export function FirstLoad({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const coming = useIsFetching(isFirst);
  const [shown, setShown] = useState(false);
  useEffect(() => {
    if (shown || coming > 0) return undefined;
    // What has just come may have made a part ask for more.
    const settled = setTimeout(() => client.isFetching(isFirst) === 0 && setShown(true));
    return () => clearTimeout(settled);
  }, [client, coming, shown]);
  useEffect(() => {
    const enough = setTimeout(() => setShown(true), patience);
    return () => clearTimeout(enough);
  }, []);
  return (
    <>
      {shown ? null : <ListSkeleton className="pt-6" />}
      <div hidden={!shown}>{children}</div>
    </>
  );
}
