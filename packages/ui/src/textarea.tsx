import { useLayoutEffect, useRef, type ComponentProps } from "react";
import { classNames } from "./class-names.ts";
import { useFieldAttributes } from "./field.tsx";
import { inputClasses } from "./input-classes.ts";

type TextareaProps = Omit<ComponentProps<"textarea">, "ref"> & {
  ref?: React.RefObject<HTMLTextAreaElement | null>;
  /** Grows with its text from `rows` to this many lines, then scrolls. */
  maxRows?: number;
  /** No frame of its own: for composers that draw their own box. */
  bare?: boolean;
};

/** A textarea as tall as what is written in it. */
export function Textarea({ ref, rows = 3, maxRows = 12, bare = false, className, style, ...rest }: TextareaProps) {
  const field = useFieldAttributes();
  const own = useRef<HTMLTextAreaElement>(null);
  const target = ref ?? own;

  // Browsers without field-sizing (Firefox, older Safari) get the height set after every render and keystroke.
  useLayoutEffect(() => {
    const element = target.current;
    if (!element || CSS.supports("field-sizing", "content")) return undefined;
    const fit = () => {
      element.style.height = "auto";
      element.style.height = `${element.scrollHeight}px`;
    };
    fit();
    element.addEventListener("input", fit);
    return () => element.removeEventListener("input", fit);
  });

  return (
    <textarea
      ref={target}
      rows={rows}
      {...field}
      style={{ ...style, minHeight: `calc(${rows}lh + 0.75rem)`, maxHeight: `calc(${maxRows}lh + 0.75rem)` }}
      className={classNames(
        "block resize-none field-sizing-content py-1.5",
        bare ? "w-full min-w-0 bg-transparent text-ink outline-none" : [inputClasses, "px-2.5"],
        className,
      )}
      {...rest}
    />
  );
}
