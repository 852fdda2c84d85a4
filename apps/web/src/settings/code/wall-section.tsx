import type { SandboxDescription } from "@mindmesh/contracts/runs";
import { Badge, Callout } from "@mindmesh/ui";
import Check from "lucide-react/icons/check";
import TriangleAlert from "lucide-react/icons/triangle-alert";
import { languageTitle } from "../../products/chat/code/languages.ts";
import { Row, Rows, Section } from "../parts/section.tsx";

const stateBadges = {
  ready: <Badge tone="success">On</Badge>,
  starting: <Badge tone="accent">Being tested</Badge>,
  off: <Badge tone="danger">Off</Badge>,
};

/** Which wall code runs behind, what it keeps from happening and what it does not; why there is none. */
export function WallSection({ sandbox }: { sandbox: SandboxDescription }) {
  const { state, reason, driver, guards, gaps, running, waiting } = sandbox;
  return (
    <Section
      title="The wall"
      description="Each wall is tested when the server starts; the best that passes stands between code and everything else."
      action={stateBadges[state]}
    >
      <div className="flex flex-col gap-4">
        {state === "off" ? (
          <Callout tone="warning" icon={<TriangleAlert aria-hidden="true" />} title="Code cannot run here">
            {reason}
          </Callout>
        ) : null}
        {driver === null ? null : (
          <p className="text-sm text-muted">
            <span className="font-medium text-ink">{driver}</span> · {running} running, {waiting} waiting
          </p>
        )}
        <Points title="What it keeps code from" points={guards} icon={<Check aria-hidden="true" />} good />
        <Points title="What it does not" points={gaps} icon={<TriangleAlert aria-hidden="true" />} />
      </div>
    </Section>
  );
}

type PointsProps = { title: string; points: readonly string[]; icon: React.ReactNode; good?: boolean };

function Points({ title, points, icon, good = false }: PointsProps) {
  if (points.length === 0) return null;
  return (
    <div>
      <h3 className="text-sm font-medium text-ink">{title}</h3>
      <ul className="mt-1.5 flex flex-col gap-1.5 text-sm text-muted">
        {points.map((point) => (
          <li key={point} className="flex gap-2">
            <span
              className={
                good
                  ? "mt-0.5 shrink-0 text-success-ink [&_svg]:size-4"
                  : "mt-0.5 shrink-0 text-warning-ink [&_svg]:size-4"
              }
            >
              {icon}
            </span>
            <span className="min-w-0 [overflow-wrap:anywhere]">{point}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** The languages that run here, with what is installed for them. */
export function LanguagesSection({ sandbox }: { sandbox: SandboxDescription }) {
  if (sandbox.languages.length === 0) return null;
  return (
    <Section title="Languages">
      <Rows label="Languages">
        {sandbox.languages.map(({ language, version, packages }) => (
          <Row
            key={language}
            title={
              <>
                {languageTitle(language)} <span className="text-xs font-normal text-muted">{version}</span>
              </>
            }
            detail={
              packages.length === 0 ? (
                "Its own library only."
              ) : (
                <details>
                  <summary className="cursor-pointer touch:py-3">
                    {packages.length} {packages.length === 1 ? "package" : "packages"}
                  </summary>
                  <p className="mt-1 font-mono">{packages.join(", ")}</p>
                </details>
              )
            }
          />
        ))}
      </Rows>
    </Section>
  );
}
