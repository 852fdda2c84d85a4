import { classNames } from "./class-names.ts";

export type ButtonVariant = "primary" | "secondary" | "ghost" | "danger" | "danger-quiet";
export type ButtonSize = "sm" | "md" | "lg";

const variants: Record<ButtonVariant, string> = {
  primary: "bg-accent text-on-accent shadow-raised hover:bg-accent-hover",
  secondary: "bg-raised text-ink shadow-raised ring-1 ring-inset ring-line-strong hover:bg-hover",
  ghost: "text-muted hover:bg-hover hover:text-ink aria-expanded:bg-hover aria-expanded:text-ink",
  danger: "bg-danger text-on-danger shadow-raised hover:bg-danger-hover",
  "danger-quiet": "text-danger-ink hover:bg-danger-soft",
};

const sizes: Record<ButtonSize, string> = {
  sm: "h-7 gap-1.5 rounded-sm px-2.5 text-xs touch:h-11 touch:text-sm",
  md: "h-8 gap-1.5 rounded-sm px-3 text-sm touch:h-11 touch:px-4",
  lg: "h-10 gap-2 rounded-md px-4 text-base touch:h-12",
};

const squares: Record<ButtonSize, string> = {
  sm: "size-7 rounded-sm touch:size-11",
  md: "size-8 rounded-sm touch:size-11",
  lg: "size-10 rounded-md touch:size-12",
};

const shape =
  "relative inline-flex shrink-0 select-none items-center justify-center whitespace-nowrap font-medium transition-colors " +
  "disabled:pointer-events-none disabled:opacity-50 aria-disabled:pointer-events-none aria-disabled:opacity-50 [&_svg]:shrink-0";

/** The look of a button, for anything that must look like one. */
export function buttonClasses(variant: ButtonVariant, size: ButtonSize, square = false) {
  return classNames(shape, variants[variant], square ? squares[size] : sizes[size]);
}
