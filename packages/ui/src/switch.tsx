import { Switch as Primitive } from "radix-ui";
import { useId, type ComponentProps, type ReactNode } from "react";
import { classNames } from "./class-names.ts";

type SwitchProps = Omit<ComponentProps<typeof Primitive.Root>, "children"> & {
  label: ReactNode;
  hint?: ReactNode;
};

/** Something that is on or off at once, without a Save button. The label stands before it, filling the row. */
export function Switch({ label, hint, className, ...rest }: SwitchProps) {
  const id = useId();
  return (
    <div className={classNames("flex items-center justify-between gap-4 touch:min-h-11", className)}>
      <div className="flex min-w-0 flex-col">
        <label htmlFor={id} className="text-sm font-medium text-ink">
          {label}
        </label>
        {hint ? (
          <span id={`${id}-hint`} className="text-xs text-faint">
            {hint}
          </span>
        ) : null}
      </div>
      <Primitive.Root
        id={id}
        aria-describedby={hint ? `${id}-hint` : undefined}
        className="relative h-[1.125rem] w-8 shrink-0 rounded-full bg-line-control transition-colors after:absolute after:-inset-2 touch:h-6 touch:w-10 touch:after:-inset-2.5 data-[state=checked]:bg-accent disabled:opacity-50"
        {...rest}
      >
        <Primitive.Thumb className="block size-3.5 translate-x-0.5 rounded-full bg-canvas shadow-raised transition-transform touch:size-5 data-[state=checked]:translate-x-[1rem] touch:data-[state=checked]:translate-x-[1.125rem]" />
      </Primitive.Root>
    </div>
  );
}
