import { ClientError } from "@mindmesh/client";
import { Button, toast } from "@mindmesh/ui";
import { useState } from "react";
import { FormError } from "../../../identity/form-error.tsx";
import { Section } from "../../../settings/parts/section.tsx";
import { FileFields } from "../connections/file-fields.tsx";
import { useFileUploads } from "../connections/use-file-uploads.ts";
import type { SectionProps } from "../sections.tsx";
import { useSave } from "./use-change.ts";

/** The files behind a connection: more of them, newer ones, other names of tables. */
export function FilesPart({ workspaceId, connection }: SectionProps) {
  const save = useSave(workspaceId, connection);
  const files = useFileUploads(workspaceId, connection.files);
  const [saving, setSaving] = useState(false);
  const [problems, setProblems] = useState<Readonly<Record<string, string>>>({});
  const [wrong, setWrong] = useState<string>();
  const chosen = files.stored.map(({ fileId, table }) => ({ fileId, table }));
  const before = connection.files.map(({ fileId, table }) => ({ fileId, table }));
  const isDirty = JSON.stringify(chosen) !== JSON.stringify(before);
  async function keep() {
    setSaving(true);
    setProblems({});
    setWrong(undefined);
    try {
      await save({ files: chosen });
      toast("Saved", { description: "The schema is being read anew.", tone: "success" });
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      setProblems(error.fields);
      if (Object.keys(error.fields).length === 0) setWrong(error.message);
    } finally {
      setSaving(false);
    }
  }
  return (
    <Section title="Files" description="They are only read. A file that is taken away here is deleted from the server.">
      <div className="flex flex-col gap-4">
        <FormError message={wrong} />
        <FileFields files={files} problems={problems} />
        <div>
          <Button disabled={!isDirty || files.busy || chosen.length === 0} busy={saving} onClick={() => void keep()}>
            {files.busy ? "Uploading…" : "Save files"}
          </Button>
        </div>
      </div>
    </Section>
  );
}
