import { Button, DropdownMenu } from "@mindmesh/ui";
import { useQuery } from "@tanstack/react-query";
import SlidersHorizontal from "lucide-react/icons/sliders-horizontal";
import { openChatDialog } from "./chat-dialogs.ts";
import { presetsQuery } from "./queries.ts";

type PresetPickerProps = { workspaceId: string; presetId: string | null; onChoose: (presetId: string | null) => void };

const none = "";

/** Which preset a new conversation begins with. Draws nothing while there are no presets. */
export function PresetPicker({ workspaceId, presetId, onChoose }: PresetPickerProps) {
  const { data: presets } = useQuery(presetsQuery(workspaceId));
  if (!presets || presets.length === 0) return null;
  const chosen = presets.find(({ id }) => id === presetId);
  return (
    <DropdownMenu
      side="top"
      entries={[
        {
          kind: "choice",
          label: "Begin with a preset",
          value: presetId ?? none,
          options: [
            { value: none, label: "No preset" },
            ...presets.map((preset) => ({ value: preset.id, label: preset.name })),
          ],
          onValueChange: (value) => onChoose(value === none ? null : value),
        },
        { kind: "separator" },
        { label: "Manage presets", onSelect: () => openChatDialog({ kind: "presets", workspaceId }) },
      ]}
    >
      <Button variant="ghost" size="sm" icon={<SlidersHorizontal />} className="min-w-0 !shrink font-normal">
        <span className="max-w-32 truncate">{chosen?.name ?? "Preset"}</span>
      </Button>
    </DropdownMenu>
  );
}
