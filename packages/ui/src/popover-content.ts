import type { ReactNode } from "react";

export type PopoverContent = {
  /** Its name for screen readers. */
  label: string;
  side?: "top" | "right" | "bottom" | "left";
  align?: "start" | "center" | "end";
  className?: string;
  children: ReactNode;
};
