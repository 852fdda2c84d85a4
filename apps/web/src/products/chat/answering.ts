import { create } from "zustand";

/** Which conversations have an answer on its way, as far as events have told. */
const useAnsweringStore = create<{ byConversation: Readonly<Record<string, readonly string[]>> }>()(() => ({
  byConversation: {},
}));

export function noteAnswering(conversationId: string, messageId: string, answering: boolean) {
  useAnsweringStore.setState(({ byConversation }) => {
    const others = (byConversation[conversationId] ?? []).filter((id) => id !== messageId);
    return { byConversation: { ...byConversation, [conversationId]: answering ? [...others, messageId] : others } };
  });
}

export const useIsAnswering = (conversationId: string) =>
  useAnsweringStore(({ byConversation }) => (byConversation[conversationId]?.length ?? 0) > 0);
