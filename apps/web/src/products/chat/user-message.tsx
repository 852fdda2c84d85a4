import type { Message } from "@mindmesh/contracts/chat";
import { Button, classNames, CopyButton, IconButton, Spinner, Textarea } from "@mindmesh/ui";
import Pencil from "lucide-react/icons/pencil";
import { memo, useState } from "react";
import { MessageFiles } from "../../files/message-files.tsx";
import { BranchWalker } from "./branch-walker.tsx";
import type { Outgoing } from "./outbox.ts";

/** Longer messages are folded to this many lines until asked for. */
const foldedLines = 14;
const isLong = (text: string) => text.length > 1600 || text.split("\n", foldedLines + 1).length > foldedLines;

export interface QuestionActions {
  walk: (messageId: string) => void;
  beginEdit: (messageId: string | null) => void;
  /** Sends a changed text as a new branch beside the message. */
  edit: (message: Message, text: string) => void;
  sendAgain: (outgoing: Outgoing) => void;
  /** Takes back what was not sent, into the composer. */
  takeBack: (outgoing: Outgoing) => void;
}

type UserMessageProps = {
  workspaceId: string;
  message: Message;
  alternatives: readonly string[];
  editing: boolean;
  /** The message as it waits to be sent; null once the server has it. */
  outgoing: Outgoing | null;
  actions: QuestionActions | null;
};

export const UserMessage = memo(function UserMessage(props: UserMessageProps) {
  const { workspaceId, message, alternatives, editing, outgoing, actions } = props;
  const [folded, setFolded] = useState(true);
  if (editing && actions) return <EditForm message={message} actions={actions} />;
  const long = isLong(message.text);
  return (
    <article aria-label="You wrote" className="group/message flex flex-col items-end">
      <MessageFiles workspaceId={workspaceId} files={message.files} />
      <div className="flex w-full items-end justify-end gap-1 phone:flex-col-reverse">
        {outgoing ? null : (
          <div className="flex shrink-0 items-center">
            <div className="flex items-center transition-opacity md:opacity-0 md:group-focus-within/message:opacity-100 md:group-hover/message:opacity-100">
              <CopyButton text={message.text} label="Copy the message" />
              {actions ? (
                <IconButton
                  size="sm"
                  label="Edit the message"
                  icon={<Pencil />}
                  onClick={() => actions.beginEdit(message.id)}
                />
              ) : null}
            </div>
            {actions ? <BranchWalker messageId={message.id} alternatives={alternatives} onWalk={actions.walk} /> : null}
          </div>
        )}
        <div
          hidden={message.text === ""}
          className={classNames(
            "min-w-0 max-w-[85%] rounded-xl rounded-br-xs bg-selected px-4 py-2.5 text-md phone:max-w-[92%]",
            outgoing && "opacity-70",
          )}
        >
          <p
            className={classNames(
              "whitespace-pre-wrap break-words leading-normal [overflow-wrap:anywhere]",
              long && folded && "line-clamp-[14]",
            )}
          >
            {message.text}
          </p>
          {long ? (
            <button
              type="button"
              aria-expanded={!folded}
              onClick={() => setFolded(!folded)}
              className="mt-1 text-xs font-medium text-accent-ink underline-offset-4 hover:underline touch:min-h-11"
            >
              {folded ? "Show all" : "Show less"}
            </button>
          ) : null}
        </div>
      </div>
      {outgoing ? <OutgoingState outgoing={outgoing} actions={actions} /> : null}
    </article>
  );
});

function OutgoingState({ outgoing, actions }: { outgoing: Outgoing; actions: QuestionActions | null }) {
  if (outgoing.failure === null) {
    return (
      <p className="mt-1 flex min-h-8 items-center gap-1.5 text-xs text-faint">
        <Spinner className="size-3" /> Sending
      </p>
    );
  }
  return (
    <div className="mt-1 flex min-h-8 flex-wrap items-center justify-end gap-1.5 text-xs text-danger-ink">
      <p role="alert">
        {outgoing.waiting ? "Not sent: it goes out as soon as the server can be reached." : outgoing.failure}
      </p>
      {actions ? (
        <>
          <Button size="sm" onClick={() => actions.sendAgain(outgoing)}>
            Send again
          </Button>
          <Button size="sm" variant="ghost" onClick={() => actions.takeBack(outgoing)}>
            Take back
          </Button>
        </>
      ) : null}
    </div>
  );
}

function EditForm({ message, actions }: { message: Message; actions: QuestionActions }) {
  const [text, setText] = useState(message.text);
  const send = () => {
    if (text.trim() !== "" || message.files.length > 0) actions.edit(message, text);
  };
  return (
    <form
      aria-label="Edit the message"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
      className="rounded-xl bg-raised p-2 shadow-overlay focus-within:outline-2 focus-within:outline-focus"
    >
      <Textarea
        bare
        rows={2}
        maxRows={20}
        autoFocus
        aria-label="Message"
        value={text}
        onFocus={(event) => event.target.setSelectionRange(event.target.value.length, event.target.value.length)}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return;
          if (event.key === "Escape") {
            event.preventDefault();
            actions.beginEdit(null);
          } else if (event.key === "Enter" && !event.shiftKey && !event.altKey) {
            event.preventDefault();
            send();
          }
        }}
        className="px-2 text-md touch:text-[1rem]"
      />
      <div className="flex items-center justify-end gap-2 pt-1">
        <Button size="sm" variant="ghost" onClick={() => actions.beginEdit(null)}>
          Cancel
        </Button>
        <Button size="sm" type="submit" variant="primary" disabled={text.trim() === "" && message.files.length === 0}>
          Send
        </Button>
      </div>
    </form>
  );
}
