import ChevronsUpDown from "lucide-react/icons/chevrons-up-down";
import type { ReactNode } from "react";
import { classNames } from "./class-names.ts";
import { inputClasses } from "./input-classes.ts";

/** The look of a select's button, before and after its list has been fetched. */
export const selectClasses = (className: string | undefined) =>
  classNames(
    inputClasses,
    "flex h-8 items-center justify-between gap-2 pl-2.5 pr-2 text-left data-placeholder:text-faint touch:h-11",
    className,
  );

/** What stands on a select's button: what is chosen, and the sign that there is more. */
export function SelectFace({ children }: { children: ReactNode }) {
  return (
    <>
      <span className="truncate">{children}</span>
      <ChevronsUpDown aria-hidden="true" className="size-3.5 shrink-0 text-faint" />
    </>
  );
}
