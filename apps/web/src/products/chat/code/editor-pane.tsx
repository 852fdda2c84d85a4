import { Button, EmptyState, ErrorState, Skeleton } from "@mindmesh/ui";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import FilePlus from "lucide-react/icons/file-plus";
import { useState } from "react";
import { useCommand } from "../../../shell/commands.ts";
import { deleteFile } from "./editor-files.ts";
import { useEditorState } from "./editor-state.ts";
import { FileNameDialog } from "./file-name-dialog.tsx";
import { FileTabs } from "./file-tabs.tsx";
import { OpenFile } from "./open-file.tsx";
import { editorFilesQuery, sandboxQuery, type Place } from "./queries.ts";
import { WhyOff } from "./why-off.tsx";

/** The files of the editor in tabs, the one that is open, and what came of the last run. */
export function EditorPane({ place }: { place: Place }) {
  const queryClient = useQueryClient();
  const files = useQuery(editorFilesQuery(place));
  const sandbox = useQuery(sandboxQuery(place.workspaceId)).data;
  const wanted = useEditorState((state) => state.activePaths[place.conversationId]);
  const [naming, setNaming] = useState<"new" | "rename" | null>(null);
  const mayWrite = sandbox?.allowed ?? false;
  const active = files.data?.find(({ path }) => path === wanted) ?? files.data?.[0];
  const begin = () => setNaming("new");
  useCommand(mayWrite ? { id: "code.new-file", title: "Code: new file", group: "Code", run: begin } : null);
  const rename = () => setNaming("rename");
  useCommand(
    mayWrite && active ? { id: "code.rename", title: "Code: rename the file", group: "Code", run: rename } : null,
  );
  const remove = active && mayWrite ? () => void deleteFile(queryClient, place, active) : null;
  useCommand(remove ? { id: "code.delete", title: "Code: delete the file", group: "Code", run: remove } : null);

  if (files.isError) {
    return (
      <ErrorState
        title="The files could not be loaded"
        description={files.error.message}
        onRetry={() => void files.refetch()}
        retrying={files.isFetching}
      />
    );
  }
  if (!files.data) {
    return (
      <div aria-busy="true" className="flex flex-col gap-2.5 p-4">
        <output className="sr-only">Loading the files</output>
        {["w-2/5", "w-3/5", "w-1/2", "w-4/5", "w-1/3"].map((width) => (
          <Skeleton key={width} className={`h-3.5 ${width}`} />
        ))}
      </div>
    );
  }
  return (
    <>
      <WhyOff workspaceId={place.workspaceId} sandbox={sandbox} />
      {active ? (
        <>
          <FileTabs
            place={place}
            files={files.data}
            active={active.path}
            mayWrite={mayWrite}
            onNew={begin}
            onRename={rename}
            onDelete={remove}
          />
          <OpenFile key={active.path} place={place} file={active} files={files.data} sandbox={sandbox} />
        </>
      ) : (
        <EmptyState
          icon={<FilePlus aria-hidden="true" />}
          title="No files yet"
          description="Write Python, JavaScript, TypeScript or shell here, or open a code block of the conversation with its pencil."
          className="my-auto"
          action={
            mayWrite ? (
              <Button variant="primary" onClick={begin}>
                New file
              </Button>
            ) : null
          }
        />
      )}
      {naming === null ? null : (
        <FileNameDialog
          place={place}
          files={files.data}
          renamed={naming === "rename" ? (active ?? null) : null}
          onClose={() => setNaming(null)}
        />
      )}
    </>
  );
}
