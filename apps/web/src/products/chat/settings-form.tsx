import type { Conversation } from "@mindmesh/contracts/chat";
import { Button, Field, Select, Textarea } from "@mindmesh/ui";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { changeConversation } from "./change-conversation.ts";
import { closeChatDialog, openChatDialog } from "./chat-dialogs.ts";
import { presetsQuery } from "./queries.ts";

const longestPrompt = 20_000;

/** What a conversation tells every model: its system prompt, which a preset can fill in. */
export function SettingsForm({ workspaceId, conversation }: { workspaceId: string; conversation: Conversation }) {
  const queryClient = useQueryClient();
  const { data: presets } = useQuery(presetsQuery(workspaceId));
  const [systemPrompt, setSystemPrompt] = useState(conversation.systemPrompt);
  const [model, setModel] = useState(conversation.model);
  const [saving, setSaving] = useState(false);
  const save = async () => {
    setSaving(true);
    const done = await changeConversation(queryClient, workspaceId, conversation, { systemPrompt, model });
    setSaving(false);
    if (done) closeChatDialog();
  };
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      {presets && presets.length > 0 ? (
        <Field label="Fill in from a preset">
          <Select
            value=""
            placeholder="Choose a preset"
            onValueChange={(presetId) => {
              const preset = presets.find(({ id }) => id === presetId);
              if (!preset) return;
              setSystemPrompt(preset.systemPrompt);
              if (preset.model !== null) setModel(preset.model);
            }}
            options={presets.map((preset) => ({ value: preset.id, label: preset.name }))}
          />
        </Field>
      ) : null}
      <Field
        label="System prompt"
        hint="Said to the model before every answer: who it is, how it writes, what it must know."
        aside={`${systemPrompt.length.toLocaleString("en")} of ${longestPrompt.toLocaleString("en")}`}
      >
        <Textarea
          rows={6}
          maxRows={16}
          maxLength={longestPrompt}
          value={systemPrompt}
          onChange={(event) => setSystemPrompt(event.target.value)}
        />
      </Field>
      <div className="flex justify-between gap-2">
        <Button variant="ghost" onClick={() => openChatDialog({ kind: "presets", workspaceId })}>
          Presets
        </Button>
        <Button type="submit" variant="primary" busy={saving}>
          Save
        </Button>
      </div>
    </form>
  );
}
