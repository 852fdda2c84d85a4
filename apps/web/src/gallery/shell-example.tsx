import { Avatar, Badge, Button, DropdownMenu, IconButton, Textarea } from "@mindmesh/ui";
import ArrowUp from "lucide-react/icons/arrow-up";
import ChevronsUpDown from "lucide-react/icons/chevrons-up-down";
import Ellipsis from "lucide-react/icons/ellipsis";
import Paperclip from "lucide-react/icons/paperclip";
import Share2 from "lucide-react/icons/share-2";
import SquarePen from "lucide-react/icons/square-pen";
import { AppShell } from "../shell/app-shell.tsx";
import { PageHeader } from "../shell/page-header.tsx";
import { SidebarItem, SidebarSection } from "../shell/sidebar-list.tsx";

const nothing = () => undefined;
const pinned = ["Quarterly plan", "Support tone of voice"];
const recent = [
  "Pricing page experiments",
  "Why the import is slow on large archives with many attachments",
  "Contract with the printer",
  "Regular expression for dates",
  "Trip to Lisbon",
];

/** The shell with a list and a page in it, to judge the whole. */
export function ShellExample() {
  return (
    <AppShell
      workspaceSwitcher={
        <DropdownMenu entries={[{ label: "Research", onSelect: nothing }]}>
          <Button variant="ghost" className="max-w-full">
            <Avatar name="Research" shape="square" size="xs" />
            <span className="truncate text-ink">Research</span>
            <ChevronsUpDown aria-hidden="true" className="size-3.5 text-faint" />
          </Button>
        </DropdownMenu>
      }
      productActions={{
        chat: <IconButton label="New conversation" shortcut="mod+shift+o" icon={<SquarePen />} onClick={nothing} />,
      }}
      list={
        <>
          <SidebarSection title="Pinned">
            {pinned.map((title) => (
              <li key={title}>
                <SidebarItem title={title} to="/" />
              </li>
            ))}
          </SidebarSection>
          <SidebarSection title="Today">
            {recent.map((title, index) => (
              <li key={title}>
                <SidebarItem
                  title={title}
                  to="/"
                  current={index === 0}
                  busy={index === 2}
                  menu={[{ label: "Rename", onSelect: nothing }]}
                />
              </li>
            ))}
          </SidebarSection>
        </>
      }
      accountMenu={
        <Button variant="ghost" className="max-w-full">
          <Avatar name="Ada Lovelace" size="xs" />
          <span className="truncate text-ink">Ada Lovelace</span>
        </Button>
      }
    >
      <PageHeader
        title="Pricing page experiments"
        actions={
          <>
            <Badge className="phone:hidden">Atlas Large</Badge>
            <IconButton label="Share" icon={<Share2 />} />
            <IconButton label="More" icon={<Ellipsis />} />
          </>
        }
      />
      <div className="min-h-0 flex-1 overflow-y-auto">
        <div className="mx-auto flex max-w-3xl flex-col gap-6 px-5 py-8 text-md">
          <p className="max-w-[85%] self-end rounded-lg bg-sunken px-3.5 py-2">
            What should we test first on the pricing page?
          </p>
          <div className="flex flex-col gap-3">
            <p>
              Start with the plan names. They cost nothing to change, and visitors read them before any number. Keep two
              variants and run them until each has had a thousand visits.
            </p>
            <p>Then the order of the plans, and only after that the prices themselves.</p>
          </div>
        </div>
      </div>
      <div className="mx-auto w-full max-w-3xl px-4 pb-4">
        <div className="flex flex-col rounded-lg bg-raised p-2 shadow-overlay focus-within:outline-2 focus-within:outline-focus">
          <Textarea bare rows={1} aria-label="Message" placeholder="Write a message" className="px-2 text-md" />
          <div className="flex justify-between">
            <IconButton label="Attach" icon={<Paperclip />} />
            <IconButton label="Send" icon={<ArrowUp />} variant="primary" />
          </div>
        </div>
      </div>
    </AppShell>
  );
}
