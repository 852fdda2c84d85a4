import {
  Button,
  confirm,
  ContextMenu,
  CopyButton,
  Dialog,
  DialogClose,
  DropdownMenu,
  Field,
  IconButton,
  Input,
  Popover,
  SegmentedControl,
  Sheet,
  toast,
  Tooltip,
  type MenuEntry,
} from "@mindmesh/ui";
import Archive from "lucide-react/icons/archive";
import Ellipsis from "lucide-react/icons/ellipsis";
import Folder from "lucide-react/icons/folder";
import Pencil from "lucide-react/icons/pencil";
import Pin from "lucide-react/icons/pin";
import Plus from "lucide-react/icons/plus";
import Send from "lucide-react/icons/send";
import Trash2 from "lucide-react/icons/trash-2";
import { useState } from "react";
import { Example, Section } from "./section.tsx";

const nothing = () => undefined;

const askToDelete = () =>
  confirm({
    title: "Delete this key?",
    description: "Programs that use it stop working at once. This cannot be undone.",
    confirmLabel: "Delete key",
    danger: true,
  });

const entries: MenuEntry[] = [
  { label: "Rename", icon: <Pencil />, shortcut: "e", onSelect: nothing },
  { label: "Pin", icon: <Pin />, onSelect: nothing },
  {
    kind: "submenu",
    label: "Move to folder",
    icon: <Folder />,
    entries: [
      { label: "Research", onSelect: nothing },
      { label: "Clients", onSelect: nothing },
    ],
  },
  { label: "Archive", icon: <Archive />, disabled: true, onSelect: nothing },
  { kind: "separator" },
  { kind: "check", label: "Show tokens", checked: true, onCheckedChange: nothing },
  {
    kind: "choice",
    label: "Sort by",
    value: "recent",
    options: [
      { value: "recent", label: "Last change" },
      { value: "name", label: "Name" },
    ],
    onValueChange: nothing,
  },
  { kind: "separator" },
  { label: "Delete", icon: <Trash2 />, danger: true, shortcut: "backspace", onSelect: () => void askToDelete() },
];

export function ActionsSection() {
  const [sheet, setSheet] = useState(false);
  const [view, setView] = useState<"list" | "board">("list");
  return (
    <Section title="Actions">
      <Example name="Buttons">
        <Button variant="primary">Primary</Button>
        <Button>Secondary</Button>
        <Button variant="ghost">Ghost</Button>
        <Button variant="danger">Delete</Button>
        <Button variant="danger-quiet">Remove</Button>
        <Button variant="primary" icon={<Plus />}>
          With icon
        </Button>
        <Button disabled>Disabled</Button>
        <Button variant="primary" busy>
          Saving
        </Button>
      </Example>
      <Example name="Sizes">
        <Button size="sm">Small</Button>
        <Button>Medium</Button>
        <Button size="lg">Large</Button>
        <Button size="lg" variant="primary">
          Large primary
        </Button>
      </Example>
      <Example name="Icon buttons, copy, segments">
        <IconButton label="Send" icon={<Send />} variant="primary" />
        <IconButton label="Edit" icon={<Pencil />} variant="secondary" shortcut="e" />
        <IconButton label="More" icon={<Ellipsis />} />
        <IconButton label="Small" icon={<Pin />} size="sm" />
        <IconButton label="Busy" icon={<Send />} busy />
        <CopyButton text="Mindmesh" />
        <CopyButton text="Mindmesh" showLabel label="Copy link" />
        <SegmentedControl
          label="View"
          value={view}
          onValueChange={setView}
          options={[
            { value: "list", label: "List" },
            { value: "board", label: "Board" },
          ]}
        />
      </Example>
      <Example name="Overlays">
        <Dialog
          trigger={<Button>Dialog</Button>}
          title="Rename conversation"
          description="Everyone in the workspace who can open it sees the new name."
          footer={
            <>
              <DialogClose>
                <Button>Cancel</Button>
              </DialogClose>
              <Button variant="primary">Rename</Button>
            </>
          }
        >
          <Field label="Name">
            <Input defaultValue="Pricing page experiments" />
          </Field>
        </Dialog>
        <Button onClick={() => setSheet(true)}>Sheet</Button>
        <Sheet open={sheet} onOpenChange={setSheet} side="right" title="Details">
          <div className="p-5 text-sm">A drawer from the right.</div>
        </Sheet>
        <Button onClick={() => void askToDelete()}>Confirm</Button>
        <DropdownMenu entries={entries}>
          <Button>Menu</Button>
        </DropdownMenu>
        <Popover label="Filters" trigger={<Button>Popover</Button>}>
          A few controls that need no window of their own.
        </Popover>
        <Tooltip label="Says what it does" shortcut="mod+enter">
          <Button>Tooltip</Button>
        </Tooltip>
        <Button
          onClick={() =>
            toast("Conversation moved to the trash", { action: { label: "Undo", onSelect: () => toast("It is back") } })
          }
        >
          Toast with undo
        </Button>
        <Button
          onClick={() =>
            toast("The file was not sent", {
              tone: "danger",
              description: "It is larger than 50 MB. Split it, or send a link.",
            })
          }
        >
          Toast of trouble
        </Button>
      </Example>
      <ContextMenu entries={entries}>
        <div className="flex h-20 items-center justify-center rounded-md border border-dashed border-line-strong text-sm text-muted">
          Right click or long press here
        </div>
      </ContextMenu>
    </Section>
  );
}
