/** The look shared by everything that is written or chosen in: input, textarea, select. */
export const inputClasses =
  "w-full min-w-0 rounded-sm bg-raised text-sm text-ink ring-1 ring-inset ring-line-strong transition-shadow " +
  "hover:ring-line-control focus-visible:outline-2 focus-visible:-outline-offset-1 focus-visible:outline-focus " +
  "aria-invalid:ring-danger disabled:bg-sunken disabled:text-faint disabled:hover:ring-line-strong " +
  "touch:text-[1rem]";
