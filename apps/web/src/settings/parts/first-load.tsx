import { notifyManager, type Query, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useLayoutEffect, useState } from "react";
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
  const [changes, setChanges] = useState(0);
  const [shown, setShown] = useState(false);
  // A change in a layout effect makes React run the effects of the parts, which ask for their data, before the browser
  // paints and not after: what was asked for ahead is then on the first picture.
  // oxlint-disable-next-line react/set-state-in-effect -- for what it sets off
  useLayoutEffect(() => setChanges(1), []);
  useEffect(() => {
    if (shown) return undefined;
    // Together with what the parts are told, so that they are drawn with it before it is looked at below.
    const changed = notifyManager.batchCalls(() => setChanges((count) => count + 1));
    return client.getQueryCache().subscribe(({ type }) => {
      if (type === "updated") changed();
    });
  }, [client, shown]);
  useEffect(() => {
    // What has just come may have made a part ask for more: the effects of the parts have run before this one.
    // oxlint-disable-next-line react/set-state-in-effect -- only here is that known
    if (changes > 0 && client.isFetching(isFirst) === 0) setShown(true);
  }, [client, changes]);
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
