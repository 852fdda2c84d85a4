import { unifiedMergeView } from "@codemirror/merge";
import { EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { useEffect, useMemo, useRef } from "react";
import { appearance } from "../../../../code/editor/appearance.ts";
import { constructStyles } from "../../../../code/editor/constructed-styles.ts";

constructStyles();

/** What became of a text: lines that went and lines that came. */
export default function TextDifference({ before, after }: { before: string; after: string }) {
  const place = useRef<HTMLDivElement>(null);
  const state = useMemo(
    () =>
      EditorState.create({
        doc: after,
        extensions: [
          appearance,
          EditorState.readOnly.of(true),
          EditorView.editable.of(false),
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ "aria-label": "What this version changed", tabindex: "0" }),
          unifiedMergeView({ original: before, mergeControls: false, highlightChanges: true }),
        ],
      }),
    [before, after],
  );
  useEffect(() => {
    if (!place.current) return undefined;
    const editor = new EditorView({ parent: place.current, state });
    return () => editor.destroy();
  }, [state]);
  return <div ref={place} className="max-h-[50dvh] min-h-32 overflow-auto rounded-md border border-line" />;
}
