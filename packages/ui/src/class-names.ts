/**
 * Joins class names. There is no merging of conflicting utilities: a component's `className` is for its place in
 * a layout (margin, width, grid position), never for repainting it.
 */
export { clsx as classNames } from "clsx";
