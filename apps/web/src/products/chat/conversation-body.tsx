import type { Conversation, Message } from "@mindmesh/contracts/chat";
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { DropArea } from "../../files/drop-area.tsx";
import { useAttach } from "../../files/use-attach.ts";
import { ModelPicker } from "../../models/model-picker.tsx";
import { branchOf } from "./branch.ts";
import { changeConversation } from "./change-conversation.ts";
import { focusComposer } from "./composer-focus.ts";
import { Composer } from "./composer.tsx";
import { ConversationCommands } from "./conversation-commands.tsx";
import { ConversationHeader } from "./conversation-header.tsx";
import { asMessage, useOutbox } from "./outbox.ts";
import { ReadOnlyBar, useReadOnlyReason } from "./read-only-bar.tsx";
import { Thread, type SearchTarget } from "./thread.tsx";
import { ToolsSwitch } from "./tools-switch.tsx";
import { useMessageActions } from "./use-message-actions.ts";

type ConversationBodyProps = {
  workspaceId: string;
  conversation: Conversation;
  messages: readonly Message[];
  /** The message whose branch is shown. */
  leaf: string | null;
  showLeaf: (leafId: string | null) => void;
  target: SearchTarget | null;
};

/** A conversation that has been loaded: its branch, and where the next message is written. */
export function ConversationBody(props: ConversationBodyProps) {
  const { workspaceId, conversation, messages, leaf, showLeaf, target } = props;
  const conversationId = conversation.id;
  const queryClient = useQueryClient();
  const [editingId, setEditing] = useState<string | null>(null);
  const [composerVersion, setComposerVersion] = useState(0);
  const renewComposer = useCallback(() => setComposerVersion((version) => version + 1), []);
  const actions = useMessageActions({ workspaceId, conversationId }, showLeaf, setEditing, renewComposer);
  const attachFiles = useAttach(workspaceId, `${workspaceId}.${conversationId}`);
  const readOnly = useReadOnlyReason(workspaceId, conversation);

  const outgoing = useOutbox((outbox) => outbox.messages).filter((each) => each.conversationId === conversationId);
  const known = new Set(messages.map((message) => message.id));
  const unsent = outgoing.filter((each) => !known.has(each.messageId));
  const branch = branchOf([...messages, ...unsent.map(asMessage)], leaf);
  const last = branch.at(-1)?.message;
  const streaming = last?.role === "assistant" && last.status === "streaming" ? last : null;
  const waitsForUnsent = unsent.some((each) => each.messageId === last?.id);
  const lastQuestion = branch.findLast(({ message }) => message.role === "user")?.message;
  const lastAnswer = branch.findLast(({ message }) => message.role === "assistant")?.message;
  const stop = streaming && readOnly === null ? () => actions.stop(streaming.id) : undefined;
  const mayEdit = lastQuestion && !streaming && !waitsForUnsent && readOnly === null;
  const editLast = mayEdit ? () => setEditing(lastQuestion.id) : undefined;

  return (
    <>
      <ConversationHeader workspaceId={workspaceId} conversation={conversation} messages={messages} />
      <DropArea onFiles={readOnly === null ? attachFiles : null}>
        <Thread
          workspaceId={workspaceId}
          branch={branch}
          outgoing={outgoing}
          editingId={editingId}
          target={target}
          actions={readOnly === null ? actions : null}
        />
        {readOnly === null ? (
          <Composer
            key={composerVersion}
            workspaceId={workspaceId}
            place={conversationId}
            onSend={(text, files) => {
              actions.send(text, files, last?.id ?? null);
              return true;
            }}
            blocked={waitsForUnsent ? "The message above is not sent yet" : null}
            onStop={stop}
            onEditLast={editLast}
            tools={
              <>
                <ModelPicker
                  workspaceId={workspaceId}
                  model={conversation.model}
                  onChoose={(model) => {
                    focusComposer();
                    void changeConversation(queryClient, workspaceId, conversation, { model });
                  }}
                />
                <ToolsSwitch
                  on={conversation.useTools}
                  onChange={(useTools) => {
                    focusComposer();
                    void changeConversation(queryClient, workspaceId, conversation, { useTools });
                  }}
                />
              </>
            }
          />
        ) : (
          <ReadOnlyBar workspaceId={workspaceId} conversation={conversation} reason={readOnly} />
        )}
      </DropArea>
      <ConversationCommands stop={stop} editLast={editLast} lastAnswer={lastAnswer} />
    </>
  );
}
