import type { Conversation } from "@mindmesh/contracts/chat";
import { Spinner, useLoaded, type MenuEntry } from "@mindmesh/ui";
import { useParams } from "@tanstack/react-router";
import Globe from "lucide-react/icons/globe";
import Users from "lucide-react/icons/users";
import { useEffect, useRef, useState, type KeyboardEvent } from "react";
import { ListenedKeys } from "../../shell/listened-keys.tsx";
import { SidebarItem } from "../../shell/sidebar-list.tsx";
import { RenameField } from "./rename-field.tsx";
import { useConversationMenu } from "./use-conversation-menu.tsx";

export type ListRow = { kind: "title"; title: string } | { kind: "item"; conversation: Conversation };

/** From this many rows on, only those in sight are drawn. */
const manyRows = 150;
const loadKeys = () => import("./chat-keys.ts").then(({ listKeys }) => listKeys);
const loadVirtualRows = () => import("./virtual-rows.tsx");

type ConversationRowsProps = {
  workspaceId: string;
  rows: readonly ListRow[];
  /** The next page; null at the end. */
  more: { busy: boolean; load: () => void } | null;
};

/** Arrow keys walk through the rows; Home and End go to the first and last of those drawn. */
function walk(event: KeyboardEvent<HTMLElement>) {
  if (!["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key)) return;
  if (!(event.target instanceof HTMLAnchorElement)) return;
  const links = [...event.currentTarget.querySelectorAll<HTMLAnchorElement>("a[data-sidebar-link]")];
  const at = links.indexOf(event.target);
  const next = { ArrowDown: links[at + 1], ArrowUp: links[at - 1], Home: links[0], End: links.at(-1) }[event.key];
  if (!next) return;
  event.preventDefault();
  next.focus();
}

export function ConversationRows({ workspaceId, rows, more }: ConversationRowsProps) {
  const { conversationId: openId } = useParams({ strict: false });
  const [renamingId, setRenaming] = useState<string | null>(null);
  const menuOf = useConversationMenu(workspaceId);
  const virtual = useLoaded(loadVirtualRows, rows.length > manyRows);

  const draw = (row: ListRow) =>
    row.kind === "title" ? (
      <h3 className="flex h-8 items-end pb-1.5 pl-2 text-2xs font-medium text-faint">{row.title}</h3>
    ) : (
      <ConversationRow
        workspaceId={workspaceId}
        conversation={row.conversation}
        current={row.conversation.id === openId}
        renaming={row.conversation.id === renamingId}
        setRenaming={setRenaming}
        menuOf={menuOf}
      />
    );
  const keyOf = (row: ListRow) => (row.kind === "title" ? row.title : row.conversation.id);
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- the keys are those of its links
    <nav aria-label="Conversations" className="px-2 pb-4" onKeyDown={walk}>
      <ListenedKeys load={loadKeys} />
      {virtual && rows.length > manyRows ? (
        <virtual.VirtualRows rows={rows} keyOf={keyOf} draw={draw} />
      ) : (
        <ul>
          {rows.map((row) => (
            <li key={keyOf(row)}>{draw(row)}</li>
          ))}
        </ul>
      )}
      {more ? <MoreRows key={rows.length} {...more} /> : null}
    </nav>
  );
}

type ConversationRowProps = {
  workspaceId: string;
  conversation: Conversation;
  current: boolean;
  renaming: boolean;
  setRenaming: (conversationId: string | null) => void;
  menuOf: (conversation: Conversation, rename: () => void) => MenuEntry[];
};

function ConversationRow(props: ConversationRowProps) {
  const { workspaceId, conversation, current, renaming, setRenaming, menuOf } = props;
  if (renaming) {
    return (
      <RenameField
        workspaceId={workspaceId}
        conversation={conversation}
        onDone={() => setRenaming(null)}
        className="h-8 w-full rounded-sm bg-raised px-2 text-sm text-ink shadow-raised outline-2 outline-focus touch:h-11 touch:text-[1rem]"
      />
    );
  }
  return (
    <SidebarItem
      to="/w/$workspaceId/chat/$conversationId"
      params={{ workspaceId, conversationId: conversation.id }}
      title={conversation.title}
      current={current}
      busy={conversation.streaming}
      trailing={
        conversation.published ? (
          <Globe aria-label="Public" className="!size-3.5 text-faint" />
        ) : conversation.shared ? (
          <Users aria-label="Shared" className="!size-3.5 text-faint" />
        ) : null
      }
      menu={menuOf(conversation, () => setRenaming(conversation.id))}
    />
  );
}

/** The end of the list: fetches the next page when it comes into sight. */
function MoreRows({ busy, load }: { busy: boolean; load: () => void }) {
  const end = useRef<HTMLButtonElement>(null);
  const latest = useRef(load);
  useEffect(() => {
    latest.current = load;
  });
  useEffect(() => {
    const element = end.current;
    if (!element) return undefined;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) latest.current();
      },
      { rootMargin: "400px" },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return (
    <button
      ref={end}
      type="button"
      className="flex h-8 w-full items-center justify-center text-xs text-faint"
      onClick={load}
    >
      {busy ? <Spinner label="Loading older conversations" /> : "Show older conversations"}
    </button>
  );
}
