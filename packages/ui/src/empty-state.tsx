import type { ReactNode } from "react";
import { classNames } from "./class-names.ts";

type EmptyStateProps = {
  icon?: ReactNode;
  title: ReactNode;
  description?: ReactNode;
  /** What to do about it. */
  action?: ReactNode;
  /** "h1" where this is the whole page. */
  titleAs?: "p" | "h1";
  className?: string;
};

export function EmptyState({ icon, title, description, action, titleAs: Title = "p", className }: EmptyStateProps) {
  return (
    <div className={classNames("mx-auto flex max-w-sm flex-col items-center px-6 py-10 text-center", className)}>
      {icon ? (
        <span className="mb-4 flex size-10 items-center justify-center rounded-lg bg-sunken text-muted [&_svg]:size-5">
          {icon}
        </span>
      ) : null}
      <Title className="text-md font-semibold text-ink">{title}</Title>
      {description ? <p className="mt-1 text-balance text-sm text-muted">{description}</p> : null}
      {action ? <div className="mt-5 flex flex-wrap justify-center gap-2">{action}</div> : null}
    </div>
  );
}
