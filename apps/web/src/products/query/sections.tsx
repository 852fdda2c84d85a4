import type { Connection } from "@mindmesh/contracts/query/connections";
import { roleMay, type Right, type Role } from "@mindmesh/contracts/permissions";
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
  /** Fills the room below the connection's header and scrolls by itself. */
  Content: ComponentType<SectionProps>;
}

/** What can be done with a connection, in the order of its tabs. Each is fetched when it is first opened. */
export const sections: readonly Section[] = [];

/** The sections that somebody of this role may open. */
export const sectionsFor = (role: Role) => sections.filter(({ needs }) => needs === undefined || roleMay(role, needs));
