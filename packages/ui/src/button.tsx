import { Slot } from "radix-ui";
import type { ComponentProps, ReactNode } from "react";
import { buttonClasses, type ButtonSize, type ButtonVariant } from "./button-classes.ts";
import { classNames } from "./class-names.ts";
import { Spinner } from "./spinner.tsx";

type ButtonProps = ComponentProps<"button"> & {
  variant?: ButtonVariant;
  size?: ButtonSize;
  /** Before the label. */
  icon?: ReactNode;
  /** Work under way: shows a spinner in the same space and ignores presses. */
  busy?: boolean;
  /** Wears the look on the child instead, for links. */
  asChild?: boolean;
};

export function Button({
  variant = "secondary",
  size = "md",
  icon,
  busy = false,
  asChild = false,
  type = "button",
  className,
  disabled,
  children,
  ...rest
}: ButtonProps) {
  const classes = classNames(buttonClasses(variant, size), className);
  if (asChild) {
    return (
      <Slot.Root className={classes} {...rest}>
        {children}
      </Slot.Root>
    );
  }
  return (
    <button
      // oxlint-disable-next-line react/button-has-type -- the caller's choice, "button" unless told
      type={type}
      className={classes}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      {...rest}
    >
      {busy ? <Spinner className="absolute" /> : null}
      <span className={classNames("inline-flex items-center gap-[inherit]", busy && "opacity-0")}>
        {icon ? <span className="-ml-0.5 inline-flex [&_svg]:size-4">{icon}</span> : null}
        {children}
      </span>
    </button>
  );
}
