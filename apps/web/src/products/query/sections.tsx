import type { Connection } from "@mindmesh/contracts/query/connections";
import { roleMay, type Right, type Role } from "@mindmesh/contracts/permissions";
import { lazyRouteComponent } from "@tanstack/react-router";
import BookOpen from "lucide-react/icons/book-open";
import BookOpenText from "lucide-react/icons/book-open-text";
import HeartPulse from "lucide-react/icons/heart-pulse";
import MessageCircleQuestion from "lucide-react/icons/message-circle-question-mark";
import Sprout from "lucide-react/icons/sprout";
import Settings from "lucide-react/icons/settings-2";
import SquareTerminal from "lucide-react/icons/square-terminal";
import Table2 from "lucide-react/icons/table-2";
import Workflow from "lucide-react/icons/workflow";
import type { ComponentType } from "react";

export interface SectionProps {
  workspaceId: string;
  connection: Connection;
}

export interface Section {
  /** Last part of its address. */
  slug: string;
  title: string;
  Icon: ComponentType<{ "aria-hidden"?: "true" }>;
  /** Only for members whose role has this right. */
  needs?: Right;
  /** Fills the room below the connection's header and scrolls by itself; its code is fetched by `preload`, or when it is drawn. */
  Content: ComponentType<SectionProps> & { preload?: () => unknown };
}

/** What can be done with a connection, in the order of its tabs. Each is fetched when it is first opened. */
export const sections: readonly Section[] = [
  {
    slug: "sql",
    title: "SQL",
    Icon: SquareTerminal,
    needs: "query.use",
    Content: lazyRouteComponent(() => import("./workbench/workbench.tsx"), "Workbench"),
  },
  {
    slug: "ask",
    title: "Ask",
    Icon: MessageCircleQuestion,
    Content: lazyRouteComponent(() => import("./ask/ask-section.tsx"), "AskSection"),
  },
  {
    slug: "schema",
    title: "Schema",
    Icon: Table2,
    Content: lazyRouteComponent(() => import("./schema/schema-section.tsx"), "SchemaSection"),
  },
  {
    slug: "diagram",
    title: "Diagram",
    Icon: Workflow,
    Content: lazyRouteComponent(() => import("./diagram/diagram-section.tsx"), "DiagramSection"),
  },
  {
    slug: "documentation",
    title: "Documentation",
    Icon: BookOpen,
    Content: lazyRouteComponent(() => import("./documentation/documentation-section.tsx"), "DocumentationSection"),
  },
  {
    slug: "glossary",
    title: "Glossary",
    Icon: BookOpenText,
    Content: lazyRouteComponent(() => import("./glossary/glossary-section.tsx"), "GlossarySection"),
  },
  {
    slug: "health",
    title: "Health",
    Icon: HeartPulse,
    Content: lazyRouteComponent(() => import("./optimise/health-section.tsx"), "HealthSection"),
  },
  {
    slug: "mock-data",
    title: "Mock data",
    Icon: Sprout,
    needs: "query.develop",
    Content: lazyRouteComponent(() => import("./mock-data/mock-data-section.tsx"), "MockDataSection"),
  },
  {
    slug: "settings",
    title: "Settings",
    Icon: Settings,
    needs: "query.manage",
    Content: lazyRouteComponent(() => import("./settings/settings-section.tsx"), "SettingsSection"),
  },
];

/** The sections that somebody of this role may open. */
export const sectionsFor = (role: Role) => sections.filter(({ needs }) => needs === undefined || roleMay(role, needs));

/** Where a connection opens. */
export const firstSection = (role: Role) => sectionsFor(role)[0]?.slug ?? "schema";
