import { type KeyboardEvent, useEffect, useId, useState } from "react";
import { useFieldAttributes } from "./field.tsx";
import { SelectFace, selectClasses } from "./select-face.tsx";
import type { SelectProps } from "./select-option.ts";
import { loadOnFirstInput, useLoaded } from "./use-loaded.ts";

const loadList = () => import("./select-list.tsx");

/** A press of these, or of a letter, opens the list; a button's own press covers Enter and Space. */
const opens = ({ key, ctrlKey, metaKey, altKey }: KeyboardEvent) =>
  key === "ArrowDown" || key === "ArrowUp" || (/^[^\s]$/u.test(key) && !ctrlKey && !metaKey && !altKey);

/**
 * One of a list that fits on a screen. For long or searchable lists use a Popover with a SearchInput. The list is
 * fetched when it first opens, and takes this button's place with it.
 */
export function Select(props: SelectProps) {
  const { options, value, defaultValue, placeholder, disabled, className, "aria-label": ariaLabel } = props;
  const field = useFieldAttributes();
  const listId = useId();
  const [wanted, setWanted] = useState(false);
  const list = useLoaded(loadList, wanted);
  useEffect(() => loadOnFirstInput([loadList]), []);
  if (list && wanted) return <list.SelectList {...props} />;
  const chosen = options.find((option) => option.value === (value ?? defaultValue));
  return (
    <button
      type="button"
      role="combobox"
      aria-haspopup="listbox"
      aria-expanded={wanted}
      aria-controls={listId}
      {...field}
      aria-label={ariaLabel}
      disabled={disabled}
      data-placeholder={chosen ? undefined : ""}
      className={selectClasses(className)}
      onClick={() => setWanted(!wanted)}
      onKeyDown={(event) => {
        if (!opens(event)) return;
        event.preventDefault();
        setWanted(true);
      }}
    >
      <SelectFace>{chosen?.label ?? placeholder}</SelectFace>
    </button>
  );
}
