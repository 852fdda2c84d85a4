import { Tabs as Primitive } from "radix-ui";
import type { ReactNode } from "react";
import { classNames } from "./class-names.ts";

type TabsProps = {
  label: string;
  value?: string;
  defaultValue?: string;
  onValueChange?: (value: string) => void;
  tabs: readonly { value: string; label: ReactNode; content: ReactNode }[];
  className?: string;
};

export function Tabs({ label, tabs, className, ...rest }: TabsProps) {
  return (
    <Primitive.Root className={className} {...rest}>
      <Primitive.List aria-label={label} className="flex gap-4 overflow-x-auto border-b border-line">
        {tabs.map((tab) => (
          <Primitive.Trigger
            key={tab.value}
            value={tab.value}
            className={classNames(
              "relative h-9 shrink-0 px-0.5 text-sm font-medium text-muted transition-colors hover:text-ink data-[state=active]:text-ink touch:h-11",
              "after:absolute after:inset-x-0 after:-bottom-px after:h-0.5 after:rounded-full data-[state=active]:after:bg-accent",
              "focus-visible:-outline-offset-2 focus-visible:rounded-xs",
            )}
          >
            {tab.label}
          </Primitive.Trigger>
        ))}
      </Primitive.List>
      {tabs.map((tab) => (
        <Primitive.Content key={tab.value} value={tab.value} className="pt-4">
          {tab.content}
        </Primitive.Content>
      ))}
    </Primitive.Root>
  );
}
