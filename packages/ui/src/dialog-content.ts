import type { ReactNode } from "react";

export const dialogWidths = { sm: "md:max-w-sm", md: "md:max-w-lg", lg: "md:max-w-2xl", xl: "md:max-w-4xl" };

export type DialogContent = {
  title: ReactNode;
  description?: ReactNode;
  /** Buttons, at the end; the last one is the main one. */
  footer?: ReactNode;
  size?: keyof typeof dialogWidths;
  children?: ReactNode;
};
