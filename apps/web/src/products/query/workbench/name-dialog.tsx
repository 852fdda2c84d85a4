import { Button, Dialog, Field, Input } from "@mindmesh/ui";
import { useState, type FormEvent } from "react";

type NameDialogProps = { title: string; name: string; onName: (name: string) => void; onClose: () => void };

/** Asks for the name of a tab. */
export function NameDialog({ title, name, onName, onClose }: NameDialogProps) {
  const [written, setWritten] = useState(name);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (written.trim() === "") return;
    onName(written.trim());
    onClose();
  };
  return (
    <Dialog
      open
      size="sm"
      title={title}
      onOpenChange={(open) => !open && onClose()}
      footer={
        <Button type="submit" form="tab-name" variant="primary" disabled={written.trim() === ""}>
          Rename
        </Button>
      }
    >
      <form id="tab-name" onSubmit={submit}>
        <Field label="Name">
          <Input value={written} maxLength={100} autoFocus onChange={(event) => setWritten(event.target.value)} />
        </Field>
      </form>
    </Dialog>
  );
}
