import TriangleAlert from "lucide-react/icons/triangle-alert";
import type { ReactNode } from "react";
import { Button } from "./button.tsx";
import { classNames } from "./class-names.ts";

type ErrorStateProps = {
  title?: ReactNode;
  /** In plain words what failed and what to do. */
  description: ReactNode;
  onRetry?: () => void;
  retrying?: boolean;
  /** To quote when asking for help. */
  requestId?: string;
  action?: ReactNode;
  /** "h1" where this is the whole page. */
  titleAs?: "p" | "h1";
  className?: string;
};

export function ErrorState({
  title = "Something went wrong",
  description,
  onRetry,
  retrying = false,
  requestId,
  action,
  titleAs: Title = "p",
  className,
}: ErrorStateProps) {
  return (
    <div
      role="alert"
      className={classNames("mx-auto flex max-w-sm flex-col items-center px-6 py-10 text-center", className)}
    >
      <span className="mb-4 flex size-10 items-center justify-center rounded-lg bg-danger-soft text-danger-ink">
        <TriangleAlert aria-hidden="true" className="size-5" />
      </span>
      <Title className="text-md font-semibold text-ink">{title}</Title>
      <p className="mt-1 text-balance text-sm text-muted">{description}</p>
      {onRetry || action ? (
        <div className="mt-5 flex flex-wrap justify-center gap-2">
          {onRetry ? (
            <Button busy={retrying} onClick={onRetry}>
              Try again
            </Button>
          ) : null}
          {action}
        </div>
      ) : null}
      {requestId ? <p className="mt-4 font-mono text-2xs text-faint">{requestId}</p> : null}
    </div>
  );
}
