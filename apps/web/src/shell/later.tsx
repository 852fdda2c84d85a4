import { loadOnFirstInput, useLoaded } from "@mindmesh/ui";
import { type ComponentType, createElement } from "react";

/**
 * A part that a press opens, such as a window with a form: its code is fetched at the first sign of a person rather
 * than with the page. Nothing is drawn until it is there.
 */
export function later<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  loadOnFirstInput([load]);
  return function Later(props: Props) {
    const part = useLoaded(load, true);
    return part ? createElement(part, props) : null;
  };
}
