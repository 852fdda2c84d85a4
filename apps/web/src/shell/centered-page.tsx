import { Wordmark } from "@mindmesh/ui";
import type { ReactNode } from "react";

type CenteredPageProps = {
  title: string;
  description?: ReactNode;
  /** Under the card: the other way in. */
  footer?: ReactNode;
  children: ReactNode;
};

/** A page without the shell: set-up, sign-in, invitation, password reset. */
export function CenteredPage({ title, description, footer, children }: CenteredPageProps) {
  return (
    <main className="h-full overflow-y-auto bg-panel phone:bg-canvas">
      <title>{`${title} · Mindmesh`}</title>
      <div className="mx-auto flex min-h-full w-full max-w-[25rem] flex-col px-4 py-10 md:justify-center">
        <Wordmark className="mb-8 self-center" />
        <div className="rounded-lg phone:p-0 md:bg-raised md:p-7 md:shadow-overlay">
          <h1 className="text-xl font-semibold">{title}</h1>
          {description ? <p className="mt-1 text-sm text-muted">{description}</p> : null}
          <div className="mt-6">{children}</div>
        </div>
        {footer ? <p className="mt-6 text-center text-sm text-muted">{footer}</p> : null}
      </div>
    </main>
  );
}
