import { classNames, IconButton, Progress } from "@mindmesh/ui";
import RotateCcw from "lucide-react/icons/rotate-ccw";
import X from "lucide-react/icons/x";
import { thumbnailUrl } from "./api.ts";
import { attachAgain, detach, type Attachment } from "./attachments.ts";
import { bytesInWords } from "./bytes.ts";
import { FileIcon } from "./file-icon.tsx";

type AttachmentTrayProps = { workspaceId: string; place: string; attachments: readonly Attachment[] };

/** The files that go with the next message: how far each is, and how to take it out. */
export function AttachmentTray({ workspaceId, place, attachments }: AttachmentTrayProps) {
  return (
    <ul aria-label="Attached files" className="flex flex-wrap gap-2 px-3 pt-3">
      {attachments.map((attachment) => (
        <li
          key={attachment.key}
          className={classNames(
            "relative flex h-13 w-56 items-center gap-2.5 overflow-hidden rounded-md border pl-2 pr-1 phone:w-full",
            attachment.problem === null ? "border-line bg-panel" : "border-danger bg-danger-soft",
          )}
        >
          <Picture workspaceId={workspaceId} attachment={attachment} />
          <div className="min-w-0 flex-1">
            <p className="truncate text-xs font-medium">{attachment.name}</p>
            <State attachment={attachment} />
          </div>
          {attachment.problem === null ? null : (
            <IconButton
              size="sm"
              label={`Send ${attachment.name} again`}
              icon={<RotateCcw />}
              onClick={() => attachAgain(workspaceId, place, attachment.key)}
            />
          )}
          <IconButton
            size="sm"
            label={`Remove ${attachment.name}`}
            icon={<X />}
            tooltip={false}
            onClick={() => detach(place, attachment.key)}
          />
          {attachment.stored || attachment.problem !== null ? null : (
            <Progress
              label={`Sending ${attachment.name}`}
              value={attachment.progress < 1 ? attachment.progress : null}
              className="!absolute inset-x-0 bottom-0 !rounded-none"
            />
          )}
        </li>
      ))}
    </ul>
  );
}

function Picture({ workspaceId, attachment: { stored } }: { workspaceId: string; attachment: Attachment }) {
  if (stored?.hasThumbnail) {
    const src = thumbnailUrl({ workspaceId, fileId: stored.id });
    return <img src={src} alt="" className="size-9 shrink-0 rounded-sm object-cover" />;
  }
  return (
    <span className="flex size-9 shrink-0 items-center justify-center rounded-sm bg-selected text-muted">
      <FileIcon mediaType={stored?.mediaType ?? ""} className="size-4" />
    </span>
  );
}

/** What is said of a file below its name. */
function inWords({ stored, bytes, progress, problem }: Attachment) {
  if (problem !== null) return problem;
  if (!stored) return progress < 1 ? `${Math.round(progress * 100)} % of ${bytesInWords(bytes)}` : "Checking";
  if (stored.nameClaims !== null) return `Is ${stored.mediaType}, whatever its name says`;
  const { state, message, truncated } = stored.text;
  if (state === "waiting") return "Reading";
  if (state === "failed") return message ?? "Could not be read";
  if (truncated) return `${bytesInWords(bytes)}, too long: the model gets the beginning`;
  return bytesInWords(bytes);
}

function State({ attachment }: { attachment: Attachment }) {
  const words = inWords(attachment);
  const bad = attachment.problem !== null || attachment.stored?.text.state === "failed";
  return (
    <p title={words} className={classNames("truncate text-2xs", bad ? "text-danger-ink" : "text-faint")}>
      {words}
    </p>
  );
}
