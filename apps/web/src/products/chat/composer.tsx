import { IconButton, Textarea } from "@mindmesh/ui";
import ArrowUp from "lucide-react/icons/arrow-up";
import Square from "lucide-react/icons/square";
import { useEffect, useRef, useState, type ReactNode } from "react";
import { useComposerFocus } from "./composer-focus.ts";
import { readDraft, writeDraft } from "./drafts.ts";

const saveMilliseconds = 300;

type ComposerProps = {
  workspaceId: string;
  /** The conversation's id, or "new": under this name the draft is kept. */
  place: string;
  /** Takes the text, and says whether it has it; the text comes back otherwise. Must not throw. */
  onSend: (text: string) => Promise<boolean> | boolean;
  /** Why nothing can be sent now; what was typed stays. */
  blocked?: string | null;
  /** An answer is being written: the button stops it instead. */
  onStop?: (() => void) | undefined;
  /** Arrow up in the empty field. */
  onEditLast?: (() => void) | undefined;
  /** In the lower row, at its start: the model picker, the attach button. */
  tools?: ReactNode;
};

/** Where messages are written. */
export function Composer({ workspaceId, place, onSend, blocked = null, onStop, onEditLast, tools }: ComposerProps) {
  const [text, setText] = useState(() => readDraft(workspaceId, place));
  const [sending, setSending] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
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

  const empty = text.trim() === "";
  const send = async () => {
    if (empty || sending || blocked !== null || onStop) return;
    setSending(true);
    setText("");
    const sent = await onSend(text);
    setSending(false);
    // Nothing that was written is lost, not even what was begun in the meantime.
    if (!sent) setText((since) => (since === "" ? text : `${text}\n${since}`));
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
          onKeyDown={(event) => {
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
          }}
          className="px-4 pt-3 text-md touch:text-[1rem]"
        />
        <div className="flex items-center gap-1 px-2 pb-2 pt-1">
          <div className="flex min-w-0 flex-1 items-center gap-1">{tools}</div>
          {blocked ? <p className="truncate px-2 text-xs text-muted">{blocked}</p> : null}
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
              disabled={empty || blocked !== null}
              icon={<ArrowUp />}
              className="!rounded-full"
            />
          )}
        </div>
      </form>
    </div>
  );
}
