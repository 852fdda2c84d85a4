import type { ComponentProps, ReactNode } from "react";
import { classNames } from "./class-names.ts";
import { useFieldAttributes } from "./field.tsx";
import { inputClasses } from "./input-classes.ts";

type InputProps = ComponentProps<"input"> & {
  /** Drawn inside, before the text. */
  leading?: ReactNode;
  /** Drawn inside, after the text; may be a button. */
  trailing?: ReactNode;
};

export function Input({ leading, trailing, className, ...rest }: InputProps) {
  const field = useFieldAttributes();
  const input = (
    <input
      {...field}
      className={classNames(
        inputClasses,
        "h-8 touch:h-11",
        leading ? "pl-8 touch:pl-10" : "pl-2.5",
        trailing ? "pr-9 touch:pr-12" : "pr-2.5",
        !leading && !trailing && className,
      )}
      {...rest}
    />
  );
  if (!leading && !trailing) return input;
  return (
    <span className={classNames("relative flex items-center", className)}>
      {leading ? (
        <span className="pointer-events-none absolute left-2.5 flex text-faint [&_svg]:size-4 touch:left-3">
          {leading}
        </span>
      ) : null}
      {input}
      {trailing ? <span className="absolute right-0.5 flex items-center text-faint">{trailing}</span> : null}
    </span>
  );
}
