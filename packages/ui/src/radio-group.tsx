import { RadioGroup as Primitive } from "radix-ui";
import { useId, type ComponentProps, type ReactNode } from "react";
import { classNames } from "./class-names.ts";

export type RadioOption = { value: string; label: ReactNode; hint?: ReactNode; disabled?: boolean };

type RadioGroupProps = Omit<ComponentProps<typeof Primitive.Root>, "children"> & {
  label: string;
  hideLabel?: boolean;
  options: readonly RadioOption[];
};

export function RadioGroup({ label, hideLabel = false, options, className, ...rest }: RadioGroupProps) {
  const id = useId();
  return (
    <div className={className}>
      <span id={id} className={classNames("mb-1.5 block text-sm font-medium text-ink", hideLabel && "sr-only")}>
        {label}
      </span>
      <Primitive.Root aria-labelledby={id} className="flex flex-col gap-2 touch:gap-0" {...rest}>
        {options.map((option) => (
          <div key={option.value} className="flex items-start gap-2 touch:min-h-11 touch:items-center">
            <Primitive.Item
              id={`${id}-${option.value}`}
              value={option.value}
              disabled={option.disabled}
              aria-describedby={option.hint ? `${id}-${option.value}-hint` : undefined}
              className="relative mt-0.5 flex size-4 shrink-0 items-center justify-center rounded-full bg-raised ring-1 ring-inset ring-line-control transition-colors after:absolute after:-inset-2 touch:mt-0 touch:size-5 touch:after:-inset-3 hover:ring-accent data-[state=checked]:bg-accent data-[state=checked]:ring-accent disabled:opacity-50"
            >
              <Primitive.Indicator className="size-1.5 rounded-full bg-on-accent touch:size-2" />
            </Primitive.Item>
            <div className="flex flex-col">
              <label htmlFor={`${id}-${option.value}`} className="text-sm text-ink">
                {option.label}
              </label>
              {option.hint ? (
                <span id={`${id}-${option.value}-hint`} className="text-xs text-faint">
                  {option.hint}
                </span>
              ) : null}
            </div>
          </div>
        ))}
      </Primitive.Root>
    </div>
  );
}
