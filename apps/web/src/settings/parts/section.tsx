import { classNames } from "@mindmesh/ui";
import { useId, type ReactNode } from "react";

type SectionProps = {
  title: string;
  description?: ReactNode;
  /** A button at the end of the title's line. */
  action?: ReactNode;
  className?: string;
  children?: ReactNode;
};

/** One matter of a settings page, under its heading. */
export function Section({ title, description, action, className, children }: SectionProps) {
  const id = useId();
  return (
    <section
      aria-labelledby={id}
      className={classNames("border-b border-line py-6 last:border-0 phone:py-5", className)}
    >
      <div className="flex items-start justify-between gap-4">
        <div className="min-w-0">
          <h2 id={id} className="text-md font-semibold text-ink">
            {title}
          </h2>
          {description ? <p className="mt-0.5 text-sm text-muted">{description}</p> : null}
        </div>
        {action}
      </div>
      {children ? <div className="mt-4">{children}</div> : null}
    </section>
  );
}

/** A list of things with one line each; buttons stand at the end of a line. */
export function Rows({ label, children }: { label: string; children: ReactNode }) {
  return (
    <ul aria-label={label} className="flex flex-col divide-y divide-line border-t border-line">
      {children}
    </ul>
  );
}

type RowProps = { icon?: ReactNode; title: ReactNode; detail?: ReactNode; children?: ReactNode };

export function Row({ icon, title, detail, children }: RowProps) {
  return (
    <li className="flex min-h-14 items-center gap-3 py-2">
      {icon ? <span className="shrink-0 text-muted [&_svg]:size-5">{icon}</span> : null}
      <div className="min-w-0 flex-1">
        <div className="flex flex-wrap items-center gap-x-2 gap-y-0.5 text-sm font-medium text-ink [overflow-wrap:anywhere]">
          {title}
        </div>
        {detail ? <div className="text-xs text-muted [overflow-wrap:anywhere]">{detail}</div> : null}
      </div>
      {children ? <div className="flex shrink-0 items-center gap-1">{children}</div> : null}
    </li>
  );
}
