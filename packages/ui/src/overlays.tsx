import { useEffect } from "react";
import { useConfirmQuestion } from "./confirm.ts";
import { useOpenMenu } from "./open-menu.ts";
import { useToasts } from "./toast-list.ts";
import { TooltipLayer } from "./tooltip-layer.tsx";
import { loadOnFirstInput, useLoaded } from "./use-loaded.ts";

const loadMenus = () => import("./menu-layer.tsx");
const loadToasts = () => import("./toast-layer.tsx");
const loadConfirm = () => import("./confirm-layer.tsx");

/**
 * Everything that floats above the page: menus, toasts, questions, tooltips. Put it once at the root.
 * All but the tooltips are fetched when a person first moves, so that the first load does not carry them.
 */
export function Overlays() {
  const menus = useLoaded(loadMenus, useOpenMenu() !== null);
  const toasts = useLoaded(loadToasts, useToasts().length > 0);
  const questions = useLoaded(loadConfirm, useConfirmQuestion() !== null);
  useEffect(() => loadOnFirstInput([loadMenus, loadToasts, loadConfirm]), []);
  return (
    <>
      {menus ? <menus.MenuLayer /> : null}
      {toasts ? <toasts.ToastLayer /> : null}
      {questions ? <questions.ConfirmLayer /> : null}
      <TooltipLayer />
    </>
  );
}
