import type { StoredFile } from "@mindmesh/contracts/files";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { DropArea } from "../../files/drop-area.tsx";
import { useAttach } from "../../files/use-attach.ts";
import { ModelPicker } from "../../models/model-picker.tsx";
import { NoModel } from "../../models/no-model.tsx";
import { offerQuery } from "../../models/queries.ts";
import { PageHeader } from "../../shell/page-header.tsx";
import { chatApi } from "./api.ts";
import { focusComposer } from "./composer-focus.ts";
import { Composer } from "./composer.tsx";
import { cacheConversation } from "./conversation-cache.ts";
import { useListFilter } from "./conversation-filter.ts";
import { composed, deliver } from "./outbox.ts";
import { PresetPicker } from "./preset-picker.tsx";
import { conversationQuery } from "./queries.ts";
import { showError } from "../../shell/show-error.ts";
import { ToolsSwitch } from "./tools-switch.tsx";

const route = getRouteApi("/w/$workspaceId/chat");

/** Where a conversation begins: it exists from the first message on. */
export function NewConversationPage() {
  const { workspaceId } = route.useParams();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const [model, setModel] = useState<string | null>(null);
  const [useTools, setUseTools] = useState(false);
  const [presetId, setPresetId] = useState<string | null>(null);
  const attachFiles = useAttach(workspaceId, `${workspaceId}.new`);
  const { data: offer } = useQuery(offerQuery(workspaceId));

  const begin = async (text: string, files: StoredFile[]) => {
    const { folderId } = useListFilter.getState().filter;
    try {
      const conversation = await chatApi.createConversation({
        params: { workspaceId },
        body: {
          useTools,
          ...(model === null ? {} : { model }),
          ...(presetId === null ? {} : { presetId }),
          ...(folderId === undefined ? {} : { folderId }),
        },
      });
      queryClient.setQueryData(conversationQuery(workspaceId, conversation.id).queryKey, {
        conversation,
        messages: [],
        usage: { inputTokens: 0, outputTokens: 0, costUsd: 0, answers: 0 },
      });
      cacheConversation(queryClient, workspaceId, conversation);
      const place = { workspaceId, conversationId: conversation.id };
      void deliver(queryClient, composed(place, text, files, null));
      await navigate({ to: "/w/$workspaceId/chat/$conversationId", params: place });
      return true;
    } catch (error) {
      showError(error);
      return false;
    }
  };

  return (
    <>
      <PageHeader title="New conversation" />
      <DropArea onFiles={attachFiles}>
        <div className="flex min-h-0 flex-1 flex-col justify-end overflow-y-auto">
          <div className="mx-auto w-full max-w-3xl px-5 pb-6">
            <h2 className="text-2xl font-semibold">What is on your mind?</h2>
            {offer && offer.defaultModel === null ? (
              <div className="mt-4 rounded-lg border border-line p-4">
                <NoModel workspaceId={workspaceId} />
              </div>
            ) : null}
          </div>
        </div>
        <Composer
          workspaceId={workspaceId}
          place="new"
          onSend={begin}
          tools={
            <>
              <ModelPicker
                workspaceId={workspaceId}
                model={model}
                onChoose={(chosen) => {
                  setModel(chosen);
                  focusComposer();
                }}
              />
              <ToolsSwitch
                on={useTools}
                onChange={(on) => {
                  setUseTools(on);
                  focusComposer();
                }}
              />
              <PresetPicker workspaceId={workspaceId} presetId={presetId} onChoose={setPresetId} />
            </>
          }
        />
      </DropArea>
    </>
  );
}
