import { useNavigate, useSearch } from "@tanstack/react-router";
import type { Filters } from "./filters.ts";

/** The filters in the address, and the way to change some of them; `undefined` takes one away. */
export function useFilters() {
  const filters: Filters = useSearch({ strict: false });
  const navigate = useNavigate();
  const set = (changed: Filters) =>
    void navigate({ to: ".", search: (old: Filters) => ({ ...old, ...changed }), replace: true, resetScroll: false });
  return [filters, set] as const;
}
