import { ClientError } from "@mindmesh/client";
import type { Statement, StatementParameters } from "@mindmesh/contracts/query/statements";
import { Button, Callout, Dialog, Progress, toast } from "@mindmesh/ui";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { statementsApi } from "./api.ts";
import { historyKeyOf } from "./keys.ts";
import type { Place } from "./queries.ts";
import { rowsWords } from "./run-figures.ts";
import { RunProblem } from "./run-problem.tsx";

type WriteDialogProps = { place: Place; sql: string; parameters: StatementParameters; onClose: () => void };

/** Counts what a writing statement would change, shows it with its exact text, and makes the change once it is confirmed. */
export function WriteDialog({ place, sql, parameters, onClose }: WriteDialogProps) {
  const queryClient = useQueryClient();
  const [preview, setPreview] = useState<Statement | null>(null);
  const [done, setDone] = useState<Statement | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const { workspaceId } = place;
  useEffect(() => {
    let wanted = true;
    statementsApi.previewWrite({ params: { ...place }, body: { sql, parameters } }).then(
      (found) => wanted && setPreview(found),
      (error: Error) => wanted && setFailure(error.message),
    );
    return () => {
      wanted = false;
    };
    // oxlint-disable-next-line react/exhaustive-deps -- what was asked for when it opened
  }, [sql]);
  const count = preview?.affectedRows ?? 0;
  const confirm = async () => {
    if (!preview) return;
    setBusy(true);
    try {
      const made = await statementsApi.confirmWrite({
        params: { workspaceId, statementId: preview.id },
        body: { affectedRows: count },
      });
      void queryClient.invalidateQueries({ queryKey: historyKeyOf(workspaceId) });
      if (made.state === "done") {
        toast(`${rowsWords(made.affectedRows ?? 0)} changed`, { tone: "success" });
        onClose();
      } else setDone(made);
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      setFailure(error.message);
    } finally {
      setBusy(false);
    }
  };
  const ready = preview?.state === "previewed" && done === null && failure === null;
  const problem = done ?? (preview && preview.state !== "previewed" ? preview : null);
  return (
    <Dialog
      open
      size="lg"
      title="Change rows"
      description="The statement was run and taken back, to count what it changes. Nothing has been changed yet."
      onOpenChange={(open) => !open && onClose()}
      footer={
        <>
          <Button onClick={onClose}>Leave everything as it is</Button>
          <Button variant="danger" busy={busy} disabled={!ready} onClick={() => void confirm()}>
            {ready ? `Change ${rowsWords(count)}` : "Change"}
          </Button>
        </>
      }
    >
      <pre className="mb-3 max-h-60 overflow-auto rounded-md bg-sunken p-3 font-mono text-xs whitespace-pre-wrap break-words">
        {sql}
      </pre>
      {failure === null ? null : <Callout tone="danger">{failure}</Callout>}
      {problem ? <RunProblem statement={problem} onPlace={null} onPreview={null} /> : null}
      {ready ? (
        <Callout tone="warning" title={`This changes ${rowsWords(count)}.`}>
          It is made only if it still changes exactly as many when you confirm.
        </Callout>
      ) : null}
      {!preview && failure === null ? <Progress label="Counting the rows" value={null} /> : null}
    </Dialog>
  );
}
