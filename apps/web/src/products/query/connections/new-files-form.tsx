import { ClientError } from "@mindmesh/client";
import { Button, Field, Input, toast } from "@mindmesh/ui";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { FormError } from "../../../identity/form-error.tsx";
import { connectionsApi } from "../api.ts";
import { connectionsQuery } from "../queries.ts";
import { takeDroppedFiles } from "./dropped-files.ts";
import { FileFields } from "./file-fields.tsx";
import { nameOfFiles } from "./place-values.ts";
import { engineOfFiles, useFileUploads } from "./use-file-uploads.ts";

/** Opens files as a database. Several CSV, Parquet and XLSX files become tables of one. */
export function NewFilesForm({ workspaceId }: { workspaceId: string }) {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const files = useFileUploads(workspaceId, [], takeDroppedFiles);
  const [typed, setTyped] = useState<string | null>(null);
  const [saving, setSaving] = useState(false);
  const [problems, setProblems] = useState<Readonly<Record<string, string>>>({});
  const [wrong, setWrong] = useState<string>();
  const engine = engineOfFiles(files.stored);
  const name = typed ?? nameOfFiles(files.stored);

  async function save() {
    if (engine === null) return;
    setSaving(true);
    setProblems({});
    setWrong(undefined);
    try {
      const made = await connectionsApi.createConnection({
        params: { workspaceId },
        body: { name, engine, files: files.stored.map(({ fileId, table }) => ({ fileId, table })) },
      });
      await queryClient.invalidateQueries(connectionsQuery(workspaceId));
      toast(`${made.name} is open`, { description: "Its schema is being read.", tone: "success" });
      await navigate({
        to: "/w/$workspaceId/query/c/$connectionId/$section",
        params: { workspaceId, connectionId: made.id, section: "schema" },
      });
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      setProblems(error.fields);
      if (Object.keys(error.fields).length === 0) setWrong(error.message);
    } finally {
      setSaving(false);
    }
  }
  return (
    <form
      noValidate
      aria-label="Open files"
      className="flex flex-col gap-5"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <FormError message={wrong} />
      <FileFields files={files} problems={problems} />
      {files.stored.length > 0 ? (
        <Field label="Name" hint="How it is called here." error={problems["name"]}>
          <Input value={name} onChange={(event) => setTyped(event.target.value)} autoComplete="off" />
        </Field>
      ) : null}
      <p className="text-xs text-faint">
        The files are kept on this server and only read. Up to 2 GB each; the first row of a CSV file names its columns.
      </p>
      <div className="flex justify-end">
        <Button type="submit" variant="primary" busy={saving} disabled={engine === null || files.busy}>
          {files.busy ? "Uploading…" : "Open"}
        </Button>
      </div>
    </form>
  );
}
