import { StateEffect, StateField, type Extension } from "@codemirror/state";
import { Decoration, EditorView, type DecorationSet } from "@codemirror/view";

/** A part of the text that something is wrong with. */
export interface Problem {
  from: number;
  to: number;
}

const setProblem = StateEffect.define<Problem | null>();
const underline = Decoration.mark({ class: "cm-problem" });

const marks = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(shown, transaction) {
    for (const effect of transaction.effects) {
      if (!effect.is(setProblem)) continue;
      if (effect.value === null) return Decoration.none;
      const { length } = transaction.state.doc;
      const from = Math.min(effect.value.from, Math.max(0, length - 1));
      const to = Math.min(length, Math.max(effect.value.to, from + 1));
      return from < to ? Decoration.set([underline.range(from, to)]) : Decoration.none;
    }
    if (!transaction.docChanged || shown.size === 0) return shown;
    // Whoever changes what is underlined is mending it.
    let isTouched = false;
    transaction.changes.iterChangedRanges((from, to) => {
      shown.between(from, to, () => {
        isTouched = true;
      });
    });
    return isTouched ? Decoration.none : shown.map(transaction.changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

const look = EditorView.theme({
  ".cm-problem": {
    textDecoration: "underline wavy var(--color-danger)",
    textDecorationSkipInk: "none",
    textUnderlineOffset: "3px",
    backgroundColor: "var(--color-danger-soft)",
  },
});

export const problemMark: Extension = [marks, look];

/** Underlines a part of the text; null takes the line away. */
export function markProblem(view: EditorView, problem: Problem | null) {
  view.dispatch({ effects: setProblem.of(problem) });
}
