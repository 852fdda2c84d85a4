import { Button, Dialog } from "@mindmesh/ui";
import { useMemo, useState } from "react";
import { DataGrid } from "./data-grid.tsx";
import { readHtml } from "./read-html-table.ts";

type FigureProps = {
  mime: "image/png" | "image/svg+xml" | "text/html";
  /** The address of the picture, a data address or one of our own. For HTML the text itself. */
  source: string;
  /** Which of the figures of its run it is, from 1. */
  number: number;
};

/** A picture or a table that code made. A picture in an <img> runs no scripts and fetches nothing. */
export function Figure({ mime, source, number }: FigureProps) {
  if (mime === "text/html") return <HtmlFigure html={source} number={number} />;
  return <Picture source={source} name={`figure-${number}.${mime === "image/png" ? "png" : "svg"}`} number={number} />;
}

function Picture({ source, name, number }: { source: string; name: string; number: number }) {
  const [large, setLarge] = useState(false);
  return (
    <>
      <button
        type="button"
        aria-haspopup="dialog"
        aria-label={`Figure ${number}, show large`}
        onClick={() => setLarge(true)}
        className="block w-fit max-w-full cursor-zoom-in rounded-md"
      >
        {/* Plots are drawn for white paper, also those without a ground of their own. */}
        <img
          src={source}
          alt={`Figure ${number} of the output`}
          className="max-h-[26rem] max-w-full rounded-md border border-line bg-[white]"
        />
      </button>
      <Dialog
        open={large}
        onOpenChange={setLarge}
        title={`Figure ${number}`}
        size="lg"
        footer={
          <Button asChild>
            <a href={source} download={name}>
              Download
            </a>
          </Button>
        }
      >
        <img src={source} alt={`Figure ${number}, large`} className="mx-auto max-w-full rounded-md bg-[white]" />
      </Dialog>
    </>
  );
}

/** A table as pandas makes it, or the words of other HTML. */
function HtmlFigure({ html, number }: { html: string; number: number }) {
  const { tables, words } = useMemo(() => readHtml(html), [html]);
  return (
    <>
      {tables.map((table, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- tables never change places
        <DataGrid key={index} label={`Table ${number}${tables.length > 1 ? `.${index + 1}` : ""}`} table={table} />
      ))}
      {words === "" ? null : <p className="text-xs text-muted">{words}</p>}
    </>
  );
}
