import { Avatar, Badge, Kbd, LogoMark, ThemeControl, Wordmark } from "@mindmesh/ui";
import { Example, Section } from "./section.tsx";

const surfaces = [
  ["sunken", "bg-sunken"],
  ["panel", "bg-panel"],
  ["canvas", "bg-canvas"],
  ["raised", "bg-raised"],
  ["hover", "bg-hover"],
  ["selected", "bg-selected"],
  ["accent-soft", "bg-accent-soft"],
  ["accent", "bg-accent"],
  ["danger", "bg-danger"],
  ["warning", "bg-warning"],
  ["success", "bg-success"],
  ["mark", "bg-mark"],
] as const;

const sizes = ["text-2xs", "text-xs", "text-sm", "text-base", "text-md", "text-lg", "text-xl", "text-2xl", "text-3xl"];

export function FoundationSection() {
  return (
    <>
      <div className="flex flex-wrap items-center justify-between gap-4">
        <h1>
          <Wordmark />
        </h1>
        <ThemeControl />
      </div>
      <Section title="Foundations">
        <Example name="Mark at 16, 24, 32, 48">
          {["size-4", "size-6", "size-8", "size-12"].map((size) => (
            <LogoMark key={size} className={`${size} text-accent-ink`} />
          ))}
        </Example>
        <Example name="Surfaces and fills">
          {surfaces.map(([name, fill]) => (
            <div key={name} className="w-18 text-center text-2xs text-muted">
              <div className={`mb-1 h-10 rounded-sm ring-1 ring-inset ring-line ${fill}`} />
              {name}
            </div>
          ))}
        </Example>
        <div className="grid gap-8 md:grid-cols-2">
          <Example name="Type">
            <div className="flex flex-col gap-1">
              {sizes.map((size) => (
                <span key={size} className={size}>
                  Ideas that hold together <span className="text-faint">{size.slice(5)}</span>
                </span>
              ))}
            </div>
          </Example>
          <div className="flex flex-col gap-6">
            <Example name="Text colours">
              <p className="text-sm">
                Ink, <span className="text-muted">muted</span>, <span className="text-faint">faint</span>,{" "}
                <span className="text-accent-ink">accent</span>, <span className="text-danger-ink">danger</span>,{" "}
                <span className="text-warning-ink">warning</span>, <span className="text-success-ink">success</span>,{" "}
                <mark>marked</mark>
              </p>
            </Example>
            <Example name="Keys">
              <Kbd keys="mod+k" />
              <Kbd keys="shift+enter" />
              <Kbd keys="g c" />
              <Kbd keys="?" />
            </Example>
            <Example name="Badges">
              <Badge>Draft</Badge>
              <Badge tone="accent">Shared</Badge>
              <Badge tone="success">Done</Badge>
              <Badge tone="warning">Interrupted</Badge>
              <Badge tone="danger">Failed</Badge>
            </Example>
            <Example name="Avatars">
              <Avatar name="Ada Lovelace" size="xs" />
              <Avatar name="Grace Hopper" online />
              <Avatar name="Élodie Ñandú" size="md" />
              <Avatar name="Research" size="md" shape="square" />
              <Avatar name="🌊 Waves" size="lg" />
            </Example>
          </div>
        </div>
      </Section>
    </>
  );
}
