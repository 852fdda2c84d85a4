import { useVirtualizer } from "@tanstack/react-virtual";
import { useLayoutEffect, useRef, useState, type ReactNode } from "react";

type VirtualRowsProps<Row> = {
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  draw: (row: Row) => ReactNode;
};

const rowPixels = 33;

/** Rows of a long list of which only those in sight are in the page. Scrolls with the nearest scrolling ancestor. */
export function VirtualRows<Row>({ rows, keyOf, draw }: VirtualRowsProps<Row>) {
  const list = useRef<HTMLUListElement>(null);
  const [scroller, setScroller] = useState<HTMLElement | null>(null);
  const [offset, setOffset] = useState(0);
  useLayoutEffect(() => {
    const element = list.current;
    let parent = element?.parentElement ?? null;
    while (parent && !/auto|scroll/.test(getComputedStyle(parent).overflowY)) parent = parent.parentElement;
    setScroller(parent);
    if (element && parent) {
      setOffset(element.getBoundingClientRect().top - parent.getBoundingClientRect().top + parent.scrollTop);
    }
  }, []);
  // oxlint-disable-next-line react/incompatible-library -- this component is drawn anew whenever the list scrolls
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller,
    estimateSize: () => rowPixels,
    overscan: 12,
    scrollMargin: offset,
    getItemKey: (index) => {
      const row = rows[index];
      return row === undefined ? index : keyOf(row);
    },
  });
  return (
    <ul ref={list} className="relative" style={{ height: virtualizer.getTotalSize() }}>
      {virtualizer.getVirtualItems().map((item) => {
        const row = rows[item.index];
        return row === undefined ? null : (
          <li
            key={item.key}
            ref={virtualizer.measureElement}
            data-index={item.index}
            aria-setsize={rows.length}
            aria-posinset={item.index + 1}
            className="absolute inset-x-0 top-0"
            style={{ transform: `translateY(${item.start - offset}px)` }}
          >
            {draw(row)}
          </li>
        );
      })}
    </ul>
  );
}
