import type { EditorFile, SandboxDescription } from "@mindmesh/contracts/runs";
import { Button, Callout } from "@mindmesh/ui";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import TriangleAlert from "lucide-react/icons/triangle-alert";
import { useState } from "react";
import { CodeEditor } from "../../../code/editor/code-editor.tsx";
import { useCommand } from "../../../shell/commands.ts";
import { ListenedKeys } from "../../../shell/listened-keys.tsx";
import { keepMine, saveFile, writeFile } from "./editor-files.ts";
import { discardDraft, draftOf, keyOf, showFile, useEditorState, type Draft } from "./editor-state.ts";
import { languageOfPath } from "./languages.ts";
import { runsQuery, type Place } from "./queries.ts";
import { RunBar } from "./run-bar.tsx";
import { RunOutput } from "./run-output.tsx";
import { RunStatus } from "./run-status.tsx";
import { startRun, stopRun } from "./start-run.ts";
import { useRun } from "./use-run.ts";

const loadKeys = () =>
  import("../../../code/editor/editor-keys.ts").then(({ editorKeys }) => editorKeys("Writing code"));

type OpenFileProps = {
  place: Place;
  file: EditorFile;
  files: readonly EditorFile[];
  sandbox: SandboxDescription | undefined;
};

/** One file in the editor, the buttons that run it, and what the panel's last run put out. */
export function OpenFile({ place, file, files, sandbox }: OpenFileProps) {
  const queryClient = useQueryClient();
  const draft = useEditorState((state) => state.drafts[keyOf(place, file.path)]);
  const discarded = useEditorState((state) => state.discarded);
  const goTo = useEditorState((state) => state.goTo);
  const keepVariables = useEditorState((state) => state.keepVariables);
  const lastRun = useQuery(runsQuery(place)).data?.find(({ origin }) => origin === "panel") ?? null;
  const details = useRun(place, lastRun?.id ?? null).data;
  const [starting, setStarting] = useState(false);

  const text = draft?.text ?? file.content;
  const language = languageOfPath(file.path);
  const runs = language !== null && sandbox?.state === "ready" && sandbox.allowed;
  const open = lastRun !== null && lastRun.finishedAt === null;
  const run = async () => {
    if (!runs || starting || open) return;
    setStarting(true);
    // Everything that was written is there when it runs; what the server refuses is said at its file.
    await Promise.all(files.map(({ path }) => saveFile(queryClient, place, path)));
    await startRun(queryClient, place, {
      language,
      source: draftOf(place, file.path)?.text ?? text,
      entryName: file.path,
      withEditorFiles: true,
      keepVariables: keepVariables && (language === "python" || language === "javascript"),
    });
    setStarting(false);
  };
  const start = runs ? () => void run() : null;
  const stop = open ? () => void stopRun(place, lastRun.id) : null;
  useCommand(
    start && !stop
      ? { id: "code.run", title: "Code: run the file", group: "Code", shortcut: "mod+enter", run: start }
      : null,
  );
  useCommand(stop ? { id: "code.stop", title: "Code: stop the run", group: "Code", run: stop } : null);

  // The line is marked for as long as the text is the one that ran.
  const ran = details
    ? file.path === (details.run.entryName ?? file.path)
      ? details.source
      : details.files.find(({ path }) => path === file.path)?.content
    : undefined;
  const { error = null } = details?.run ?? {};
  const markedHere = error !== null && error.file === file.path && ran === text;
  const errorFile = files.find(({ path }) => path === error?.file);
  return (
    <>
      {draft ? <DraftState place={place} file={file} draft={draft} /> : null}
      <ListenedKeys load={loadKeys} />
      <div id="code-file" role="tabpanel" aria-label={file.path} className="min-h-0 flex-1">
        <CodeEditor
          label={`Code of ${file.path}`}
          text={text}
          revision={file.version + discarded * 1_000_000}
          language={language ?? ""}
          readOnly={!sandbox?.allowed}
          onChange={(changed) => writeFile(queryClient, place, file, changed)}
          onRun={() => start?.()}
          error={markedHere ? error : null}
          goTo={goTo?.path === file.path ? goTo : null}
        />
      </div>
      <RunBar place={place} language={language} sandbox={sandbox} run={start} stop={stop} starting={starting} />
      {lastRun ? (
        <div className="flex max-h-[45%] min-h-0 shrink-0 flex-col border-t border-line bg-panel">
          <RunStatus place={place} run={details?.run ?? lastRun} mayStop={false}>
            <span className="max-w-40 shrink-0 truncate pr-2 font-mono text-2xs text-faint">
              {lastRun.entryName}
              {lastRun.kernel === "kept" ? ", variables kept" : ""}
            </span>
          </RunStatus>
          {details ? (
            <RunOutput
              place={place}
              details={details}
              onGoToError={errorFile && error ? () => showFile(place, errorFile.path, error.line) : null}
              className="min-h-0"
            />
          ) : null}
        </div>
      ) : null}
    </>
  );
}

/** Says that a file is not saved, and why. */
function DraftState({ place, file, draft }: { place: Place; file: EditorFile; draft: Draft }) {
  const queryClient = useQueryClient();
  if (draft.state === "changed" || draft.state === "saving") return null;
  if (draft.state === "failed") {
    return (
      <Callout
        tone="danger"
        icon={<TriangleAlert aria-hidden="true" />}
        title="Not saved"
        className="m-2 shrink-0"
        action={
          <Button size="sm" onClick={() => void saveFile(queryClient, place, file.path)}>
            Save
          </Button>
        }
      >
        {draft.message}
      </Callout>
    );
  }
  return (
    <Callout
      tone="warning"
      icon={<TriangleAlert aria-hidden="true" />}
      title={`${file.path} was changed on another device`}
      className="m-2 shrink-0"
    >
      <div className="mt-1.5 flex flex-wrap gap-2">
        <Button size="sm" onClick={() => keepMine(queryClient, place, file)}>
          Keep mine
        </Button>
        <Button size="sm" onClick={() => discardDraft(place, file.path)}>
          Take theirs
        </Button>
      </div>
    </Callout>
  );
}
