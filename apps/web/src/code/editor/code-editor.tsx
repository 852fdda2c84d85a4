import "../code-colours.css";
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { bracketMatching, indentOnInput, indentUnit } from "@codemirror/language";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { Annotation, Compartment, EditorState, type Extension } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
  placeholder,
} from "@codemirror/view";
import { useEffect, useRef } from "react";
import { appearance } from "./appearance.ts";
import { constructStyles } from "./constructed-styles.ts";
import { errorMark, goToLine, markError, type LineError } from "./error-mark.ts";
import { languageSupport } from "./languages.ts";

constructStyles();

/** Marks a change that came from outside, such as another device: it is not told to onChange. */
const fromOutside = Annotation.define<boolean>();

/** Left to itself, Chrome types over a selection into a span with a style attribute, which our policy refuses, loudly. */
const typesOver = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { data, inputType, isComposing } = event;
    const { from, to, empty } = view.state.selection.main;
    if (inputType !== "insertText" || data === null || empty || isComposing) return false;
    const insert = () =>
      view.state.update(view.state.replaceSelection(data), { userEvent: "input.type", scrollIntoView: true });
    const handlers = view.state.facet(EditorView.inputHandler);
    if (!handlers.some((handle) => handle(view, from, to, data, insert))) view.dispatch(insert());
    event.preventDefault();
    return true;
  },
});

type CodeEditorProps = {
  /** Its name for screen readers. */
  label: string;
  /** The text to begin with. What is typed is the editor's own; another `revision` puts a new text in its place. */
  text: string;
  revision: number;
  language: string;
  readOnly?: boolean;
  onChange: (text: string) => void;
  /** Ctrl or Cmd and Enter, with Shift too. */
  onRun?: (more: { shift: boolean }) => void;
  error?: LineError | null;
  /** A line to go to; a new object goes there again. */
  goTo?: { line: number } | null;
  autoFocus?: boolean;
  /** What one place needs beside what every editor has: a language of its own, marks, keys, which come first. Kept as it is given. */
  extensions?: Extension;
  /** Shown while there is no text. */
  hint?: string;
  /** Gets the editor itself, and null when it goes. */
  onEditor?: (editor: EditorView | null) => void;
};

const none: Extension = [];

/** An editor of code. Tab indents; Escape and then Tab leaves it. */
export function CodeEditor(props: CodeEditorProps) {
  const { label, revision, language, readOnly = false, error = null, goTo = null, extensions = none } = props;
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const latest = useRef(props);
  useEffect(() => {
    latest.current = props;
  });
  const parts = useRef({ language: new Compartment(), state: new Compartment(), more: new Compartment() });

  useEffect(() => {
    if (!place.current) return undefined;
    const run = (shift: boolean) => {
      latest.current.onRun?.({ shift });
      return latest.current.onRun !== undefined;
    };
    const editor = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc: latest.current.text,
        extensions: [
          parts.current.more.of([]),
          keymap.of([
            { key: "Mod-Enter", run: () => run(false), shift: () => run(true), preventDefault: true },
            ...closeBracketsKeymap,
            ...defaultKeymap,
            ...searchKeymap,
            ...historyKeymap,
            ...completionKeymap,
            indentWithTab,
          ]),
          lineNumbers(),
          highlightActiveLine(),
          highlightActiveLineGutter(),
          history(),
          drawSelection(),
          indentOnInput(),
          bracketMatching(),
          closeBrackets(),
          autocompletion({ icons: false }),
          highlightSelectionMatches(),
          placeholder(latest.current.hint ?? "Write code here"),
          typesOver,
          appearance,
          errorMark,
          parts.current.language.of([]),
          parts.current.state.of([]),
          EditorView.updateListener.of((update) => {
            const outside = update.transactions.some((transaction) => transaction.annotation(fromOutside));
            if (update.docChanged && !outside) latest.current.onChange(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = editor;
    latest.current.onEditor?.(editor);
    if (latest.current.autoFocus) editor.focus();
    return () => {
      latest.current.onEditor?.(null);
      editor.destroy();
      view.current = null;
    };
  }, []);

  const shownRevision = useRef(revision);
  useEffect(() => {
    const editor = view.current;
    if (revision === shownRevision.current) return;
    shownRevision.current = revision;
    const { text } = latest.current;
    if (!editor || editor.state.doc.toString() === text) return;
    const { head } = editor.state.selection.main;
    editor.dispatch({
      changes: { from: 0, to: editor.state.doc.length, insert: text },
      selection: { anchor: Math.min(head, text.length) },
      annotations: fromOutside.of(true),
    });
  }, [revision]);

  useEffect(() => {
    let wanted = true;
    languageSupport(language).then(
      (support) => {
        if (!wanted || !view.current) return;
        const indent = language === "python" ? "    " : "  ";
        const effects = parts.current.language.reconfigure([support, indentUnit.of(indent)]);
        view.current.dispatch({ effects });
      },
      // Without its colours the code can still be written.
      () => undefined,
    );
    return () => {
      wanted = false;
    };
  }, [language]);

  useEffect(() => {
    view.current?.dispatch({ effects: parts.current.more.reconfigure(extensions) });
  }, [extensions]);

  useEffect(() => {
    view.current?.dispatch({
      effects: parts.current.state.reconfigure([
        EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" }),
        EditorState.readOnly.of(readOnly),
      ]),
    });
  }, [label, readOnly]);

  const { line, message } = error ?? {};
  useEffect(() => {
    if (view.current) markError(view.current, line === undefined ? null : { line, message: message ?? "" });
  }, [line, message]);

  useEffect(() => {
    if (view.current && goTo) goToLine(view.current, goTo.line);
  }, [goTo]);

  return <div ref={place} className="h-full min-h-0" />;
}
