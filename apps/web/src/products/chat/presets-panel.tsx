import type { Preset } from "@mindmesh/contracts/chat";
import { Badge, Button, confirm, IconButton } from "@mindmesh/ui";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import Pencil from "lucide-react/icons/pencil";
import Trash2 from "lucide-react/icons/trash-2";
import { useState } from "react";
import { meQuery } from "../../identity/queries.ts";
import { chatApi } from "./api.ts";
import { PresetForm } from "./preset-form.tsx";
import { presetsQuery } from "./queries.ts";
import { showError } from "../../shell/show-error.ts";

async function deletePreset(workspaceId: string, preset: Preset) {
  const sure = await confirm({
    title: `Delete the preset “${preset.name}”?`,
    description: "Conversations that were begun with it keep its system prompt.",
    confirmLabel: "Delete preset",
    danger: true,
  });
  if (sure) await chatApi.deletePreset({ params: { workspaceId, presetId: preset.id } }).catch(showError);
}

/** The person's presets and the shared ones: make, change, delete. */
export function PresetsPanel({ workspaceId }: { workspaceId: string }) {
  const { data: me } = useSuspenseQuery(meQuery);
  const presets = useQuery(presetsQuery(workspaceId));
  const [editing, setEditing] = useState<Preset | "new" | null>(null);
  if (editing) {
    return (
      <PresetForm
        workspaceId={workspaceId}
        preset={editing === "new" ? null : editing}
        onDone={() => {
          setEditing(null);
          void presets.refetch();
        }}
      />
    );
  }
  return (
    <div className="flex flex-col gap-3">
      {presets.isError ? <p className="text-sm text-danger-ink">The presets could not be loaded.</p> : null}
      {presets.data?.length === 0 ? <p className="text-sm text-muted">No presets yet.</p> : null}
      <ul className="flex flex-col">
        {presets.data?.map((preset) => (
          <li key={preset.id} className="flex items-center gap-2 border-b border-line py-2">
            <div className="min-w-0 flex-1">
              <p className="flex items-center gap-2 text-sm font-medium">
                <span className="truncate">{preset.name}</span>
                {preset.shared ? <Badge>shared</Badge> : null}
              </p>
              <p className="truncate text-xs text-muted">{preset.systemPrompt || "No system prompt"}</p>
            </div>
            {preset.ownerId === me.person.id ? (
              <>
                <IconButton
                  size="sm"
                  label={`Change ${preset.name}`}
                  icon={<Pencil />}
                  onClick={() => setEditing(preset)}
                />
                <IconButton
                  size="sm"
                  label={`Delete ${preset.name}`}
                  icon={<Trash2 />}
                  onClick={() => void deletePreset(workspaceId, preset)}
                />
              </>
            ) : null}
          </li>
        ))}
      </ul>
      <Button className="self-start" onClick={() => setEditing("new")}>
        New preset
      </Button>
    </div>
  );
}
