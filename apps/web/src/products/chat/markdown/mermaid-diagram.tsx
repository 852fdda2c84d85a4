import { classNames, IconButton, useTheme } from "@mindmesh/ui";
import Code from "lucide-react/icons/code";
import Workflow from "lucide-react/icons/workflow";
import { useEffect, useState, useSyncExternalStore, type ReactNode } from "react";
import { drawDiagram } from "./diagrams.ts";

const darkQuery = "(prefers-color-scheme: dark)";

function subscribe(listener: () => void) {
  const query = window.matchMedia(darkQuery);
  query.addEventListener("change", listener);
  return () => query.removeEventListener("change", listener);
}

function useIsDark() {
  const [choice] = useTheme();
  const systemIsDark = useSyncExternalStore(subscribe, () => window.matchMedia(darkQuery).matches);
  return choice === "system" ? systemIsDark : choice === "dark";
}

type MermaidDiagramProps = {
  source: string;
  /** The source as code, shown until there is a picture, and when it cannot be drawn. */
  fallback: ReactNode;
};

/** A Mermaid diagram as a picture: an <img> runs no scripts and fetches nothing. */
export function MermaidDiagram({ source, fallback }: MermaidDiagramProps) {
  const dark = useIsDark();
  const [result, setResult] = useState<{ svg: string } | { problem: string } | null>(null);
  const [asCode, setAsCode] = useState(false);
  useEffect(() => {
    let wanted = true;
    drawDiagram(source, dark).then(
      (svg) => wanted && setResult({ svg }),
      (problem: unknown) => wanted && setResult({ problem: problem instanceof Error ? problem.message : "" }),
    );
    return () => {
      wanted = false;
    };
  }, [source, dark]);

  if (!result) return fallback;
  if ("problem" in result) {
    return (
      <>
        {fallback}
        <p className="-mt-2 text-xs text-muted">The diagram cannot be drawn: {result.problem.split("\n", 1)[0]}</p>
      </>
    );
  }
  return (
    <figure className="diagram group/diagram">
      {asCode ? (
        fallback
      ) : (
        <img src={`data:image/svg+xml;charset=utf-8,${encodeURIComponent(result.svg)}`} alt={`Diagram: ${source}`} />
      )}
      <IconButton
        size="sm"
        variant="secondary"
        label={asCode ? "Show the diagram" : "Show the source"}
        icon={asCode ? <Workflow /> : <Code />}
        className={classNames(
          "!absolute top-0 transition-opacity focus-visible:opacity-100 group-hover/diagram:opacity-100 md:opacity-0",
          asCode ? "right-10 mt-0.5 touch:right-14" : "right-0",
        )}
        onClick={() => setAsCode(!asCode)}
      />
    </figure>
  );
}
