import { ClientError } from "@mindmesh/client";
import type { SavedQuery } from "@mindmesh/contracts/query/saved-queries";
import type { Tab } from "@mindmesh/contracts/query/tabs";
import { Button, Callout, Checkbox, Dialog, Field, Input, Textarea, toast } from "@mindmesh/ui";
import { useQuery, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { meQuery } from "../../../identity/queries.ts";
import { savedQueriesApi } from "./api.ts";
import { savedKeyOf } from "./keys.ts";
import { savedQueriesQuery, type Place } from "./queries.ts";

type SaveDialogProps = {
  place: Place;
  tab: Tab;
  onSaved: (savedQueryId: string, title: string) => void;
  onClose: () => void;
};

/** Saves the text of a tab: as a new query, or as the next version of the one that it came from. */
export function SaveDialog({ place, tab, onSaved, onClose }: SaveDialogProps) {
  const queryClient = useQueryClient();
  const { data: me } = useSuspenseQuery(meQuery);
  const known = useQuery(savedQueriesQuery(place, "")).data?.find(
    ({ id, ownerId }) => id === tab.savedQueryId && ownerId === me.person.id,
  );
  return <SaveForm key={known?.id} {...{ place, tab, onSaved, onClose, known, queryClient }} />;
}

type SaveFormProps = SaveDialogProps & {
  /** What the tab came from, if it is there and the person's own. */
  known: SavedQuery | undefined;
  queryClient: ReturnType<typeof useQueryClient>;
};

function SaveForm({ place, tab, onSaved, onClose, known, queryClient }: SaveFormProps) {
  const [name, setName] = useState(known?.name ?? tab.title);
  const [description, setDescription] = useState(known?.description ?? "");
  const [folder, setFolder] = useState(known?.folder ?? "");
  const [tags, setTags] = useState(known?.tags.join(", ") ?? "");
  const [shared, setShared] = useState(known?.shared ?? false);
  const [failure, setFailure] = useState<ClientError | null>(null);
  const [busy, setBusy] = useState(false);
  const { workspaceId, connectionId } = place;
  const save = async (asNew: boolean) => {
    setBusy(true);
    setFailure(null);
    const body = {
      name,
      description,
      folder,
      tags: tags
        .split(",")
        .map((tag) => tag.trim())
        .filter((tag) => tag !== ""),
      shared,
      sql: tab.text,
      parameters: tab.parameters,
    };
    try {
      const saved =
        known && !asNew
          ? await savedQueriesApi.updateSavedQuery({
              params: { workspaceId, savedQueryId: known.id },
              body: { ...body, version: known.version },
            })
          : await savedQueriesApi.createSavedQuery({ params: { workspaceId }, body: { ...body, connectionId } });
      void queryClient.invalidateQueries({ queryKey: savedKeyOf(workspaceId) });
      onSaved(saved.id, saved.name.slice(0, 100));
      toast(known && !asNew ? `Saved version ${saved.version} of ${saved.name}` : `Saved ${saved.name}`);
      onClose();
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      setFailure(error);
    } finally {
      setBusy(false);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void save(false);
  };
  return (
    <Dialog
      open
      title={known ? `Save ${known.name}` : "Save the query"}
      onOpenChange={(open) => !open && onClose()}
      footer={
        <>
          {known ? (
            <Button busy={busy} onClick={() => void save(true)}>
              Save as another query
            </Button>
          ) : null}
          <Button type="submit" form="save-query" variant="primary" busy={busy} disabled={tab.text.trim() === ""}>
            {known ? "Save a new version" : "Save"}
          </Button>
        </>
      }
    >
      <form id="save-query" onSubmit={submit} className="flex flex-col gap-4">
        {failure ? (
          <Callout tone="danger" title={failure.message}>
            {Object.values(failure.fields).join(" ")}
          </Callout>
        ) : null}
        <Field label="Name" required>
          <Input value={name} maxLength={200} autoFocus onChange={(event) => setName(event.target.value)} />
        </Field>
        <Field label="Description">
          <Textarea value={description} maxLength={5000} onChange={(event) => setDescription(event.target.value)} />
        </Field>
        <div className="grid grid-cols-2 gap-4 max-md:grid-cols-1">
          <Field label="Folder" hint="Folders in folders: Sales/Weekly">
            <Input value={folder} maxLength={200} onChange={(event) => setFolder(event.target.value)} />
          </Field>
          <Field label="Tags" hint="With commas between them">
            <Input value={tags} onChange={(event) => setTags(event.target.value)} />
          </Field>
        </div>
        <Checkbox
          label="Share with everybody who may use this connection"
          checked={shared}
          onCheckedChange={(checked) => setShared(checked === true)}
        />
      </form>
    </Dialog>
  );
}
