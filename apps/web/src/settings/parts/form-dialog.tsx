import { Button, Dialog, DialogClose } from "@mindmesh/ui";
import { useId, type FormEventHandler, type ReactNode } from "react";
import { FormError } from "../../identity/form-error.tsx";

type FormDialogProps = {
  title: string;
  description?: ReactNode;
  /** "md" where the fields need the room. */
  size?: "sm" | "md";
  submitLabel: string;
  /** Draws the button as one that destroys something. */
  danger?: boolean;
  busy: boolean;
  /** What is wrong with the whole, rather than with one field. */
  error: string | undefined;
  /** "off" where a browser would otherwise offer the person's own name and password. */
  autoComplete?: "off";
  onSubmit: FormEventHandler<HTMLFormElement>;
  onClose: () => void;
  /** The fields. */
  children: ReactNode;
};

/** A window around one form, with Cancel and the button that sends it. It is open for as long as it is drawn. */
export function FormDialog({
  title,
  description,
  size = "sm",
  submitLabel,
  danger,
  busy,
  error,
  autoComplete,
  onSubmit,
  onClose,
  children,
}: FormDialogProps) {
  const id = useId();
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={title}
      description={description}
      size={size}
      footer={
        <>
          <DialogClose>
            <Button>Cancel</Button>
          </DialogClose>
          <Button type="submit" form={id} variant={danger ? "danger" : "primary"} busy={busy}>
            {submitLabel}
          </Button>
        </>
      }
    >
      <form id={id} onSubmit={onSubmit} noValidate autoComplete={autoComplete} className="flex flex-col gap-4">
        <FormError message={error} />
        {children}
      </form>
    </Dialog>
  );
}
