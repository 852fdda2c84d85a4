import { useState } from "react";

/** Messages drawn at first, and added each time the reader comes near the first of them. */
const step = 20;

/**
 * From which message on a long branch is drawn: its end, and as many earlier ones as were asked for. Drawing hundreds of
 * answers at once would take seconds.
 * @param count messages in the branch
 * @param targetIndex a message that must be among them; -1 for none
 */
export function useThreadWindow(count: number, targetIndex: number) {
  const [asked, setAsked] = useState(() => Math.max(0, count - step));
  const wanted = targetIndex === -1 ? asked : Math.min(asked, Math.max(0, targetIndex - step / 2));
  const from = Math.min(wanted, Math.max(0, count - step));
  return { from, showEarlier: () => setAsked(Math.max(0, from - step)) };
}
