import { AlertDialog as Primitive } from "radix-ui";
import type { ReactNode } from "react";
import { Button } from "./button.tsx";
import { useReturnFocus } from "./return-focus.ts";

type AlertDialogProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  description: ReactNode;
  confirmLabel: string;
  cancelLabel?: string;
  /** Red, for what cannot be undone. */
  danger?: boolean;
  onConfirm: () => void;
};

/** A question that must be answered before anything else. Focus starts on Cancel. */
export function AlertDialog({
  open,
  onOpenChange,
  title,
  description,
  confirmLabel,
  cancelLabel = "Cancel",
  danger = false,
  onConfirm,
}: AlertDialogProps) {
  const focus = useReturnFocus();
  return (
    <Primitive.Root open={open} onOpenChange={onOpenChange}>
      <Primitive.Portal>
        <Primitive.Overlay className="fixed inset-0 z-50 bg-scrim data-[state=closed]:animate-fade-out data-[state=open]:animate-fade-in" />
        <div className="pointer-events-none fixed inset-0 z-50 flex items-end justify-center p-3 md:items-start md:pt-[18vh]">
          <Primitive.Content
            {...focus}
            className="pointer-events-auto w-full max-w-sm rounded-lg bg-raised p-5 text-ink shadow-modal outline-none data-[state=closed]:animate-modal-out data-[state=open]:animate-modal-in"
          >
            <Primitive.Title className="text-md font-semibold">{title}</Primitive.Title>
            <Primitive.Description className="mt-1.5 text-sm text-muted">{description}</Primitive.Description>
            <div className="mt-5 flex justify-end gap-2 phone:flex-col-reverse phone:[&>*]:w-full">
              <Primitive.Cancel asChild>
                <Button>{cancelLabel}</Button>
              </Primitive.Cancel>
              <Primitive.Action asChild>
                <Button variant={danger ? "danger" : "primary"} onClick={onConfirm}>
                  {confirmLabel}
                </Button>
              </Primitive.Action>
            </div>
          </Primitive.Content>
        </div>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
