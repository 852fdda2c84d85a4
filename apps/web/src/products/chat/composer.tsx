import type { StoredFile } from "@mindmesh/contracts/files";
import { IconButton, Textarea, useLoaded } from "@mindmesh/ui";
import ArrowUp from "lucide-react/icons/arrow-up";
import Paperclip from "lucide-react/icons/paperclip";
import Square from "lucide-react/icons/square";
import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { detachAll, putBack, useAttachments, type Attachment } from "../../files/attachments.ts";
import { useAttach } from "../../files/use-attach.ts";
import { ListenedKeys } from "../../shell/listened-keys.tsx";
import { useComposerFocus } from "./composer-focus.ts";
import { readDraft, writeDraft } from "./drafts.ts";

const loadKeys = () => import("./chat-keys.ts").then(({ composerKeys }) => composerKeys);
const loadTray = () => import("../../files/attachment-tray.tsx");

const saveMilliseconds = 300;

type ComposerProps = {
  workspaceId: string;
  /** The conversation's id, or "new": under this name the draft is kept. */
  place: string;
  /** Takes text and files, and says whether it has them; they come back otherwise. Must not throw. */
  onSend: (text: string, files: StoredFile[]) => Promise<boolean> | boolean;
  /** Why nothing can be sent now; what was typed stays. */
  blocked?: string | null;
  /** An answer is being written: the button stops it instead. */
  onStop?: (() => void) | undefined;
  /** Arrow up in the empty field. */
  onEditLast?: (() => void) | undefined;
  /** In the lower row, beside the attach button: the model picker. */
  tools?: ReactNode;
};

function waitingFor(attachments: readonly Attachment[]) {
  if (attachments.some((each) => each.problem !== null)) return "A file was not sent: send it again or remove it";
  if (attachments.some((each) => each.stored === null)) return "Files are on their way";
  return null;
}

/** Where messages are written and files attached. */
export function Composer(props: ComposerProps) {
  const { workspaceId, place, onSend, blocked = null, onStop, onEditLast, tools } = props;
  const filesPlace = `${workspaceId}.${place}`;
  const [text, setText] = useState(() => readDraft(workspaceId, place));
  const [sending, setSending] = useState(false);
  const attachments = useAttachments(filesPlace);
  const tray = useLoaded(loadTray, attachments.length > 0);
  const add = useAttach(workspaceId, filesPlace);
  const field = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  useComposerFocus(field);

  useEffect(() => {
    const save = () => writeDraft(workspaceId, place, text);
    const timer = setTimeout(save, saveMilliseconds);
    window.addEventListener("pagehide", save);
    return () => {
      clearTimeout(timer);
      window.removeEventListener("pagehide", save);
      save();
    };
  }, [workspaceId, place, text]);

  const reason = blocked ?? waitingFor(attachments);
  const empty = text.trim() === "" && attachments.length === 0;
  const send = async () => {
    if (empty || sending || reason !== null || onStop) return;
    const files = attachments.flatMap((each) => each.stored ?? []);
    setSending(true);
    setText("");
    detachAll(filesPlace);
    const sent = await onSend(text, files);
    setSending(false);
    if (sent) return;
    // Nothing that was written is lost, not even what was begun in the meantime.
    setText((since) => (since === "" ? text : `${text}\n${since}`));
    putBack(filesPlace, files);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      void send();
    } else if (event.key === "Escape" && onStop) {
      event.preventDefault();
      onStop();
    } else if (event.key === "ArrowUp" && text === "" && onEditLast) {
      event.preventDefault();
      onEditLast();
    }
  };

  return (
    <div className="shrink-0 px-4 pb-[max(0.75rem,env(safe-area-inset-bottom))] phone:px-2 phone:pb-[max(0.5rem,env(safe-area-inset-bottom))]">
      <form
        aria-label="New message"
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
        className="mx-auto w-full max-w-3xl rounded-xl bg-raised shadow-overlay outline-transparent transition-[outline-color] focus-within:outline-1 focus-within:outline-line-control"
      >
        <ListenedKeys load={loadKeys} />
        {tray && attachments.length > 0 ? (
          <tray.AttachmentTray workspaceId={workspaceId} place={filesPlace} attachments={attachments} />
        ) : null}
        <Textarea
          ref={field}
          bare
          rows={1}
          maxRows={12}
          aria-label="Message"
          placeholder="Write a message"
          enterKeyHint="send"
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={onKeyDown}
          onPaste={(event) => {
            const files = [...event.clipboardData.files];
            // Office programs paste a picture of the text beside the text: the text is meant.
            if (files.length === 0 || event.clipboardData.types.includes("text/plain")) return;
            event.preventDefault();
            void add(files);
          }}
          className="px-4 pt-3 text-md touch:min-h-11! touch:text-[1rem]"
        />
        <div className="flex items-center gap-1 px-2 pb-2 pt-1">
          <input
            ref={picker}
            type="file"
            multiple
            hidden
            aria-label="Files to attach"
            onChange={(event) => {
              void add([...(event.target.files ?? [])]);
              // The same file can be chosen again after it was removed.
              event.target.value = "";
            }}
          />
          <IconButton label="Attach files" icon={<Paperclip />} onClick={() => picker.current?.click()} />
          <div className="flex min-w-0 flex-1 items-center gap-1">{tools}</div>
          {reason !== null && !empty ? <p className="truncate px-2 text-xs text-muted">{reason}</p> : null}
          {onStop ? (
            <IconButton
              label="Stop the answer"
              shortcut="escape"
              variant="primary"
              icon={<Square className="fill-current" />}
              className="!rounded-full"
              onClick={onStop}
            />
          ) : (
            <IconButton
              type="submit"
              label="Send"
              shortcut="enter"
              variant="primary"
              busy={sending}
              disabled={empty || reason !== null}
              icon={<ArrowUp />}
              className="!rounded-full"
            />
          )}
        </div>
      </form>
    </div>
  );
}
