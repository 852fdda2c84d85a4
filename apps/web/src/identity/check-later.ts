import type { FieldValues, Resolver } from "react-hook-form";

const firstSigns = ["pointerdown", "keydown"] as const;

/**
 * The check of a form by its contract, whose code (Zod, a fifth of the first load, and slow to set up on a phone) is
 * fetched when somebody touches the page or sends the form, whichever is first. Where it cannot be fetched the form is
 * sent as it is: the server checks it by the same contract.
 */
export function checkLater<Input extends FieldValues, Output extends FieldValues>(
  load: () => Promise<Resolver<Input, unknown, Output>>,
): Resolver<Input, unknown, Output> {
  const fetchAhead = () => {
    for (const sign of firstSigns) window.removeEventListener(sign, fetchAhead);
    load().catch(() => undefined);
  };
  for (const sign of firstSigns) window.addEventListener(sign, fetchAhead);
  return async (values, context, options) => {
    const check = await load().catch(() => null);
    if (check === null) return { values: values as unknown as Output, errors: {} };
    return check(values, context, options);
  };
}
