import { RadioGroup as Primitive } from "radix-ui";
import type { ReactNode } from "react";
import { classNames } from "./class-names.ts";

type SegmentedControlProps<Value extends string> = {
  label: string;
  value: Value;
  onValueChange: (value: Value) => void;
  options: readonly { value: Value; label: string; icon?: ReactNode }[];
  /** Icons only; the labels stay for screen readers. */
  compact?: boolean;
  className?: string;
};

/** Two to five choices of which exactly one holds, side by side. Arrow keys move. */
export function SegmentedControl<Value extends string>({
  label,
  value,
  onValueChange,
  options,
  compact = false,
  className,
}: SegmentedControlProps<Value>) {
  return (
    <Primitive.Root
      aria-label={label}
      value={value}
      onValueChange={(next) => onValueChange(next as Value)}
      className={classNames("inline-flex rounded-sm bg-sunken p-0.5", className)}
    >
      {options.map((option) => (
        <Primitive.Item
          key={option.value}
          value={option.value}
          aria-label={option.label}
          title={compact ? option.label : undefined}
          className={classNames(
            "inline-flex h-6 flex-1 items-center justify-center gap-1.5 whitespace-nowrap rounded-xs text-xs font-medium text-muted transition-colors [&_svg]:size-3.5",
            "hover:text-ink data-[state=checked]:bg-raised data-[state=checked]:text-ink data-[state=checked]:shadow-raised touch:h-11 touch:min-w-11 touch:text-sm touch:[&_svg]:size-4",
            compact ? "min-w-7 px-1.5" : "px-2.5",
          )}
        >
          {option.icon}
          {compact ? null : option.label}
        </Primitive.Item>
      ))}
    </Primitive.Root>
  );
}
