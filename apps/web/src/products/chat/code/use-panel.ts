import { useNavigate } from "@tanstack/react-router";
import { useCallback } from "react";
import type { PanelView } from "./panel-view.ts";

/** Opens the panel beside the conversation with a view, or closes it. */
export function useOpenPanel() {
  const navigate = useNavigate();
  return useCallback(
    (view: PanelView | null) => {
      void navigate({
        to: ".",
        search: (old: object) => ({ ...old, code: view ?? undefined }),
      });
    },
    [navigate],
  );
}
