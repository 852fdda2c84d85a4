import type { DataExport } from "@mindmesh/contracts/account";
import { Button, Callout, Progress } from "@mindmesh/ui";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import Download from "lucide-react/icons/download";
import { useState } from "react";
import { showError } from "../../shell/show-error.ts";
import { accountApi, dataExportUrl } from "../api.ts";
import { Loaded } from "../parts/loaded.tsx";
import { Moment } from "../parts/moment.tsx";
import { PasswordDialog } from "../parts/password-dialog.tsx";
import { Section } from "../parts/section.tsx";
import { bytesInWords } from "../../files/bytes.ts";
import { exportQuery } from "./queries.ts";

/** Everything that the server holds about the person, as a file made in the background. */
export function ExportSection() {
  const queryClient = useQueryClient();
  const newest = useQuery(exportQuery);
  const [asking, setAsking] = useState(false);
  const state = newest.data?.export?.state;
  const running = state === "waiting" || state === "running";
  return (
    <Section
      title="Export my data"
      description="Everything that this server holds about you, in one JSON file: account, conversations, keys’ names, history."
      action={
        running ? null : (
          <Button onClick={() => setAsking(true)}>{state === "ready" ? "Export again" : "Export my data"}</Button>
        )
      }
    >
      <Loaded query={newest} skeleton={null}>
        {({ export: made }) => (made === null ? null : <ExportState made={made} />)}
      </Loaded>
      {asking ? (
        <PasswordDialog
          title="Export my data"
          description="It is collected in the background; you can leave this page."
          confirmLabel="Export"
          onClose={() => setAsking(false)}
          run={async (body) => {
            await accountApi.startExport({ body });
            await queryClient.invalidateQueries(exportQuery);
          }}
        />
      ) : null}
    </Section>
  );
}

function ExportState({ made }: { made: DataExport }) {
  if (made.state === "failed") return <Callout tone="danger">The export failed. {made.error}</Callout>;
  if (made.state !== "ready") {
    return (
      <div className="flex flex-col gap-2">
        <p className="text-sm text-muted">Collecting your data: {Math.round(made.progress * 100)} %</p>
        <Progress label="Export" value={made.progress} />
      </div>
    );
  }
  const download = async () => {
    try {
      // A link cannot refresh a session that has run out; this call does.
      await accountApi.readExport();
    } catch (error) {
      showError(error);
      return;
    }
    window.location.assign(dataExportUrl(made.id));
  };
  return (
    <div className="flex flex-wrap items-center justify-between gap-3 rounded-md bg-sunken px-3 py-2">
      <p className="text-sm text-muted">
        Made <Moment at={made.createdAt} />
        {made.sizeBytes === null ? "" : `, ${bytesInWords(made.sizeBytes)}`}. It is deleted{" "}
        <Moment at={made.expiresAt} />.
      </p>
      <Button size="sm" icon={<Download />} onClick={() => void download()}>
        Download
      </Button>
    </div>
  );
}
