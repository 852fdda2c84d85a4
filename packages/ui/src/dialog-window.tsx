import X from "lucide-react/icons/x";
import { Dialog as Primitive } from "radix-ui";
import { classNames } from "./class-names.ts";
import { dialogWidths, type DialogContent } from "./dialog-content.ts";
import { IconButton } from "./icon-button.tsx";
import { useReturnFocus } from "./return-focus.ts";

type DialogWindowProps = DialogContent & { open: boolean; onOpenChange: (open: boolean) => void };

/** What Dialog draws. */
export function DialogWindow({
  open,
  onOpenChange,
  title,
  description,
  footer,
  size = "md",
  children,
}: DialogWindowProps) {
  const focus = useReturnFocus();
  return (
    <Primitive.Root open={open} onOpenChange={onOpenChange}>
      <Primitive.Portal>
        <Primitive.Overlay className="fixed inset-0 z-40 bg-scrim data-[state=closed]:animate-fade-out data-[state=open]:animate-fade-in" />
        <div className="pointer-events-none fixed inset-0 z-40 flex items-end justify-center md:items-start md:p-6 md:pt-[12vh]">
          <Primitive.Content
            {...focus}
            {...(description ? {} : { "aria-describedby": undefined })}
            className={classNames(
              "pointer-events-auto relative flex max-h-[calc(100dvh-2rem)] w-full flex-col rounded-t-xl bg-raised text-ink shadow-modal outline-none md:max-h-[76vh] md:rounded-lg",
              "data-[state=closed]:animate-modal-out data-[state=open]:animate-modal-in phone:data-[state=closed]:animate-to-bottom phone:data-[state=open]:animate-from-bottom",
              dialogWidths[size],
            )}
          >
            <header className="px-5 pb-3 pr-14 pt-4">
              <Primitive.Title className="text-md font-semibold">{title}</Primitive.Title>
              {description ? (
                <Primitive.Description className="mt-1 text-sm text-muted">{description}</Primitive.Description>
              ) : null}
            </header>
            {children ? <div className="min-h-0 flex-1 overflow-y-auto px-5 pb-5">{children}</div> : null}
            {footer ? (
              <footer className="flex justify-end gap-2 border-t border-line px-5 py-3 phone:flex-col-reverse phone:pb-[max(0.75rem,env(safe-area-inset-bottom))] phone:[&>*]:w-full">
                {footer}
              </footer>
            ) : null}
            {/* Last in order, so that the focus starts on the first field and not here. */}
            <Primitive.Close asChild>
              <IconButton
                label="Close"
                icon={<X />}
                tooltip={false}
                size="sm"
                className="!absolute right-3 top-3.5 touch:right-2 touch:top-1.5"
              />
            </Primitive.Close>
          </Primitive.Content>
        </div>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
