import type { ReactNode } from "react";
import { classNames } from "./class-names.ts";

const tones = {
  info: "bg-accent-soft [&>svg]:text-accent-ink",
  success: "bg-success-soft [&>svg]:text-success-ink",
  warning: "bg-warning-soft [&>svg]:text-warning-ink",
  danger: "bg-danger-soft [&>svg]:text-danger-ink",
};

type CalloutProps = {
  tone?: keyof typeof tones;
  icon?: ReactNode;
  title?: ReactNode;
  action?: ReactNode;
  className?: string;
  children?: ReactNode;
};

/** A note inside a page: a form's error, a warning above a list, a hint. */
export function Callout({ tone = "info", icon, title, action, className, children }: CalloutProps) {
  return (
    <div
      role={tone === "danger" ? "alert" : undefined}
      className={classNames(
        "flex items-start gap-2.5 rounded-md px-3 py-2.5 text-sm text-ink [&>svg]:mt-0.5 [&>svg]:size-4 [&>svg]:shrink-0",
        tones[tone],
        className,
      )}
    >
      {icon}
      {/* Where too little room is left beside the action, it stands below the words. */}
      <div className="flex min-w-0 flex-1 flex-wrap items-start gap-2.5">
        <div className="min-w-0 grow basis-52">
          {title ? <p className="font-medium">{title}</p> : null}
          {children}
        </div>
        {action}
      </div>
    </div>
  );
}
