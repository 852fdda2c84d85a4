import { RangeSet, StateEffect, StateField, type EditorState, type Extension } from "@codemirror/state";
import {
  Decoration,
  EditorView,
  GutterMarker,
  gutterLineClass,
  WidgetType,
  type DecorationSet,
} from "@codemirror/view";

/** Where a run stopped: the line, counted from 1, and what was wrong in words. */
export interface LineError {
  line: number;
  message: string;
}

class ErrorMessage extends WidgetType {
  readonly message: string;
  constructor(message: string) {
    super();
    this.message = message;
  }
  override eq(other: ErrorMessage) {
    return other.message === this.message;
  }
  toDOM() {
    const element = document.createElement("div");
    element.className = "cm-error-message";
    element.textContent = this.message;
    return element;
  }
}

class ErrorLineNumber extends GutterMarker {
  override elementClass = "cm-error-line-number";
}

const lineNumber = new ErrorLineNumber();
const setError = StateEffect.define<LineError | null>();

function marksOf(state: EditorState, error: LineError): DecorationSet {
  const line = state.doc.line(Math.min(Math.max(1, error.line), state.doc.lines));
  return Decoration.set([
    Decoration.line({ class: "cm-error-line" }).range(line.from),
    Decoration.widget({ widget: new ErrorMessage(error.message), block: true, side: 1 }).range(line.to),
  ]);
}

const marks = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(shown, transaction) {
    for (const effect of transaction.effects) {
      if (effect.is(setError)) return effect.value ? marksOf(transaction.state, effect.value) : Decoration.none;
    }
    if (!transaction.docChanged || shown.size === 0) return shown;
    // Whoever changes the line is mending it.
    const from = shown.iter().from;
    const { number } = transaction.startState.doc.lineAt(from);
    let touched = false;
    transaction.changes.iterChangedRanges((begin, end) => {
      const { doc } = transaction.startState;
      touched ||= doc.lineAt(begin).number <= number && doc.lineAt(end).number >= number;
    });
    return touched ? Decoration.none : shown.map(transaction.changes);
  },
  provide: (field) => [
    EditorView.decorations.from(field),
    gutterLineClass.compute([field], (state) => {
      const shown = state.field(field);
      return shown.size === 0 ? RangeSet.empty : RangeSet.of([lineNumber.range(shown.iter().from)]);
    }),
  ],
});

export const errorMark: Extension = marks;

/** Marks the line where a run stopped, with its message below it; null takes the mark away. */
export function markError(view: EditorView, error: LineError | null) {
  view.dispatch({ effects: setError.of(error) });
}

/** Puts the cursor on a line, counted from 1, in the middle of the sight. */
export function goToLine(view: EditorView, line: number) {
  const { from } = view.state.doc.line(Math.min(Math.max(1, line), view.state.doc.lines));
  view.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: "center" }) });
  view.focus();
}
