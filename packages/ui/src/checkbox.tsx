import Check from "lucide-react/icons/check";
import Minus from "lucide-react/icons/minus";
import { Checkbox as Primitive } from "radix-ui";
import { useId, type ComponentProps, type ReactNode } from "react";
import { classNames } from "./class-names.ts";

type CheckboxProps = Omit<ComponentProps<typeof Primitive.Root>, "children"> & {
  label: ReactNode;
  hint?: ReactNode;
  hideLabel?: boolean;
};

export function Checkbox({ label, hint, hideLabel = false, className, ...rest }: CheckboxProps) {
  const id = useId();
  return (
    <div className={classNames("flex items-start gap-2 touch:min-h-11 touch:items-center", className)}>
      <Primitive.Root
        id={id}
        aria-describedby={hint ? `${id}-hint` : undefined}
        className={classNames(
          "group relative mt-0.5 flex size-4 shrink-0 items-center justify-center rounded-xs bg-raised text-on-accent ring-1 ring-inset ring-line-control transition-colors",
          "after:absolute after:-inset-2 touch:mt-0 touch:size-5 touch:after:-inset-3 hover:ring-accent",
          "data-[state=checked]:bg-accent data-[state=checked]:ring-accent data-[state=indeterminate]:bg-accent data-[state=indeterminate]:ring-accent disabled:opacity-50",
        )}
        {...rest}
      >
        <Primitive.Indicator className="flex [&_svg]:size-3.5">
          <Check strokeWidth={2.75} aria-hidden="true" className="group-data-[state=indeterminate]:hidden" />
          <Minus strokeWidth={2.75} aria-hidden="true" className="hidden group-data-[state=indeterminate]:block" />
        </Primitive.Indicator>
      </Primitive.Root>
      <div className={classNames("flex flex-col", hideLabel && "sr-only")}>
        <label htmlFor={id} className="text-sm text-ink">
          {label}
        </label>
        {hint ? (
          <span id={`${id}-hint`} className="text-xs text-faint">
            {hint}
          </span>
        ) : null}
      </div>
    </div>
  );
}
