import type { ReactNode } from "react";

export type SelectOption = {
  value: string;
  label: string;
  hint?: ReactNode;
  icon?: ReactNode;
  /** Options with the same group stand together under its name. */
  group?: string;
  disabled?: boolean;
};

export type SelectProps = {
  options: readonly SelectOption[];
  value?: string;
  defaultValue?: string;
  onValueChange?: (value: string) => void;
  placeholder?: string;
  disabled?: boolean;
  /** Needed outside a Field. */
  "aria-label"?: string;
  className?: string;
};
