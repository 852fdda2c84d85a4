/** A rectangle of cells: where it was begun and where it is now. */
export interface Selection {
  anchor: { row: number; column: number };
  focus: { row: number; column: number };
}

export interface Area {
  top: number;
  bottom: number;
  left: number;
  right: number;
}

export function areaOf({ anchor, focus }: Selection): Area {
  return {
    top: Math.min(anchor.row, focus.row),
    bottom: Math.max(anchor.row, focus.row),
    left: Math.min(anchor.column, focus.column),
    right: Math.max(anchor.column, focus.column),
  };
}

export const cellAt = (row: number, column: number): Selection => ({
  anchor: { row, column },
  focus: { row, column },
});

interface Key {
  key: string;
  shiftKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
}

/** Where a key leads, as in a spreadsheet; null for keys that lead nowhere. */
export function movedBy(
  { key, shiftKey, ctrlKey, metaKey }: Key,
  selection: Selection,
  size: { rows: number; columns: number; page: number },
): Selection | null {
  const far = ctrlKey || metaKey;
  const { focus } = selection;
  const [lastRow, lastColumn] = [size.rows - 1, size.columns - 1];
  if (far && key.toLowerCase() === "a") {
    return { anchor: { row: 0, column: 0 }, focus: { row: lastRow, column: lastColumn } };
  }
  const moves: Record<string, { row: number; column: number }> = {
    ArrowUp: { row: far ? 0 : focus.row - 1, column: focus.column },
    ArrowDown: { row: far ? lastRow : focus.row + 1, column: focus.column },
    ArrowLeft: { row: focus.row, column: far ? 0 : focus.column - 1 },
    ArrowRight: { row: focus.row, column: far ? lastColumn : focus.column + 1 },
    PageUp: { row: focus.row - size.page, column: focus.column },
    PageDown: { row: focus.row + size.page, column: focus.column },
    Home: { row: far ? 0 : focus.row, column: 0 },
    End: { row: far ? lastRow : focus.row, column: lastColumn },
  };
  const wanted = moves[key];
  if (!wanted) return null;
  const next = {
    row: Math.max(0, Math.min(lastRow, wanted.row)),
    column: Math.max(0, Math.min(lastColumn, wanted.column)),
  };
  return shiftKey ? { anchor: selection.anchor, focus: next } : { anchor: next, focus: next };
}
