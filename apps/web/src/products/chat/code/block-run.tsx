import { Button, CopyButton, IconButton } from "@mindmesh/ui";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import FilePen from "lucide-react/icons/file-pen";
import Play from "lucide-react/icons/play";
import { useState } from "react";
import { createPortal } from "react-dom";
import { withoutAnsi } from "../../../code/output/ansi.ts";
import { runLanguageOf } from "./languages.ts";
import { openInEditor } from "./open-in-editor.ts";
import { runsQuery, sandboxQuery } from "./queries.ts";
import { RunOutput } from "./run-output.tsx";
import { RunStatus } from "./run-status.tsx";
import { startRun } from "./start-run.ts";
import { useOpenPanel } from "./use-panel.ts";
import { useRun } from "./use-run.ts";

type BlockRunProps = {
  workspaceId: string;
  conversationId: string;
  messageId: string;
  code: string;
  language: string;
  /** Where the buttons go: an element in the caption of the block. */
  slot: HTMLElement;
};

/** Blocks of code are counted as they stand in their message; a drawn diagram is one as well. */
const blockSelector = "figure.code-block, figure.diagram";

/** Which block of its message the one around an element is, from 0; null outside of any. */
function blockIndexOf(slot: HTMLElement) {
  const block = slot.closest(blockSelector);
  const all = [...(slot.closest("article")?.querySelectorAll(blockSelector) ?? [])].filter(
    (each) => each.parentElement?.closest(blockSelector) === null,
  );
  return block ? all.indexOf(block) : null;
}

/** Runs a block of code of a message, and shows what came of its last run below it. */
export function BlockRun({ workspaceId, conversationId, messageId, code, language, slot }: BlockRunProps) {
  const place = { workspaceId, conversationId };
  const queryClient = useQueryClient();
  const openPanel = useOpenPanel();
  const [index] = useState(() => blockIndexOf(slot));
  const runLanguage = runLanguageOf(language);
  const sandbox = useQuery(sandboxQuery(workspaceId)).data;
  const runs = useQuery(runsQuery(place)).data;
  const last = runs?.find((run) => run.messageId === messageId && run.blockIndex === index && run.origin === "block");
  const details = useRun(place, last?.id ?? null).data;
  const [starting, setStarting] = useState(false);
  const [asking, setAsking] = useState(false);
  if (runLanguage === null || index === null) return null;

  const offered = sandbox?.languages.some((each) => each.language === runLanguage) ?? false;
  const refusal = !sandbox
    ? null
    : sandbox.state === "starting"
      ? "The walls around code are being tested. This takes a few seconds."
      : sandbox.state === "off"
        ? `Code cannot run here. ${sandbox.reason ?? ""}`
        : !sandbox.allowed
          ? "Running code needs another role in this workspace."
          : offered
            ? null
            : `This server has nothing that runs ${language}.`;
  const open = last !== undefined && last.finishedAt === null;
  const run = async () => {
    setStarting(true);
    await startRun(queryClient, place, { language: runLanguage, source: code, messageId, blockIndex: index });
    setStarting(false);
  };
  const edit = async () => {
    if (await openInEditor(queryClient, place, runLanguage, code)) openPanel("editor");
  };
  const text = () => withoutAnsi(details?.output.map((each) => each.text).join("") ?? "");

  return (
    <>
      {createPortal(
        <>
          {sandbox?.allowed === false ? null : (
            <IconButton size="sm" label="Open in the editor" icon={<FilePen />} onClick={() => void edit()} />
          )}
          {sandbox ? (
            <Button
              size="sm"
              variant="ghost"
              icon={<Play aria-hidden="true" />}
              busy={starting || open}
              aria-expanded={refusal === null ? undefined : asking}
              onClick={() => {
                if (refusal === null) void run();
                else setAsking(!asking);
              }}
            >
              {refusal === null ? "Run" : "Cannot run"}
            </Button>
          ) : null}
        </>,
        slot,
      )}
      {asking && refusal !== null ? (
        <div role="status" className="border-t border-line px-3.5 py-2 text-xs text-muted">
          {refusal}{" "}
          {sandbox?.state === "off" ? (
            <Link to="/w/$workspaceId/settings/$page" params={{ workspaceId, page: "code" }}>
              Settings for code
            </Link>
          ) : null}
        </div>
      ) : null}
      {last ? (
        <div className="code-run border-t border-line bg-canvas">
          <RunStatus place={place} run={details?.run ?? last} mayStop={sandbox?.allowed ?? false}>
            {details && details.output.length > 0 ? <CopyButton text={text} label="Copy the output" /> : null}
          </RunStatus>
          {details ? <RunOutput place={place} details={details} onGoToError={null} className="max-h-[28rem]" /> : null}
        </div>
      ) : null}
    </>
  );
}
