import { useState } from "react";
import { AlertDialog } from "./alert-dialog.tsx";
import { settleConfirm, useConfirmQuestion, type ConfirmQuestion } from "./confirm.ts";

/** Draws the question that `confirm` asks. */
export function ConfirmLayer() {
  const current = useConfirmQuestion();
  // The last question stays drawn while the window fades out.
  const [shown, setShown] = useState<ConfirmQuestion | null>(null);
  if (current && current !== shown) setShown(current);
  if (!shown) return null;
  return (
    <AlertDialog
      {...shown}
      open={current !== null}
      onOpenChange={(open) => {
        if (!open) settleConfirm(false);
      }}
      onConfirm={() => settleConfirm(true)}
    />
  );
}
