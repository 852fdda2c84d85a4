import type { ComponentProps, ReactNode } from "react";
import { buttonClasses, type ButtonSize, type ButtonVariant } from "./button-classes.ts";
import { classNames } from "./class-names.ts";
import { Spinner } from "./spinner.tsx";
import { Tooltip } from "./tooltip.tsx";

type IconButtonProps = Omit<ComponentProps<"button">, "children"> & {
  /** What it does: its name for screen readers and its tooltip. */
  label: string;
  icon: ReactNode;
  variant?: ButtonVariant;
  size?: ButtonSize;
  busy?: boolean;
  /** Shown beside the tooltip's words, as in "mod+k". */
  shortcut?: string;
  tooltip?: boolean;
};

export function IconButton({
  label,
  icon,
  variant = "ghost",
  size = "md",
  busy = false,
  shortcut,
  tooltip = true,
  className,
  disabled,
  ...rest
}: IconButtonProps) {
  const button = (
    <button
      type="button"
      aria-label={label}
      aria-busy={busy || undefined}
      disabled={disabled || busy}
      className={classNames(buttonClasses(variant, size, true), "[&_svg]:size-4 touch:[&_svg]:size-5", className)}
      {...rest}
    >
      {busy ? <Spinner className="size-4" /> : icon}
    </button>
  );
  return tooltip ? (
    <Tooltip label={label} {...(shortcut ? { shortcut } : {})}>
      {button}
    </Tooltip>
  ) : (
    button
  );
}
