import { createContext, use, useId, useMemo, type ReactNode } from "react";
import { classNames } from "./class-names.ts";

type FieldAttributes = {
  id: string;
  "aria-describedby"?: string;
  "aria-invalid"?: true;
  "aria-required"?: true;
};

const FieldContext = createContext<FieldAttributes | null>(null);

/** What a control inside a Field must wear to be tied to its label, hint and error; nothing outside one. */
export function useFieldAttributes(): Partial<FieldAttributes> {
  return use(FieldContext) ?? {};
}

type FieldProps = {
  label: ReactNode;
  hint?: ReactNode;
  /** Takes the hint's place and marks the control as wrong. */
  error?: ReactNode;
  required?: boolean;
  /** Keeps the label for screen readers only. */
  hideLabel?: boolean;
  /** At the far end of the label's line: a counter, a link. */
  aside?: ReactNode;
  className?: string;
  children: ReactNode;
};

/** Label, one control, and a line of hint or error, wired together for assistive technology. */
export function Field({ label, hint, error, required, hideLabel, aside, className, children }: FieldProps) {
  const id = useId();
  const note = error ?? hint;
  const attributes = useMemo(() => {
    const value: FieldAttributes = { id };
    if (note) value["aria-describedby"] = `${id}-note`;
    if (error) value["aria-invalid"] = true;
    if (required) value["aria-required"] = true;
    return value;
  }, [id, note, error, required]);
  return (
    <div className={classNames("flex flex-col gap-1.5", className)}>
      <div className={classNames("flex items-baseline justify-between gap-3", hideLabel && "sr-only")}>
        <label htmlFor={id} className="text-sm font-medium text-ink">
          {label}
          {required ? (
            <span aria-hidden="true" className="ml-0.5 text-danger-ink">
              *
            </span>
          ) : null}
        </label>
        {aside ? <span className="text-xs text-faint">{aside}</span> : null}
      </div>
      <FieldContext value={attributes}>{children}</FieldContext>
      {note ? (
        <p
          id={`${id}-note`}
          role={error ? "alert" : undefined}
          className={classNames("text-xs", error ? "text-danger-ink" : "text-faint")}
        >
          {note}
        </p>
      ) : null}
    </div>
  );
}
