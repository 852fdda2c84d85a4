import type { SearchHit } from "@mindmesh/contracts/chat";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import MessageSquare from "lucide-react/icons/message-square";
import MessageSquareText from "lucide-react/icons/message-square-text";
import { useEffect, useState } from "react";
import { workspaceKey } from "../../live/live-connection.ts";
import { setFound, usePaletteSearch } from "../../shell/command-menu.tsx";
import { closeDrawer } from "../../shell/frame.ts";
import { chatApi } from "./api.ts";

const pauseMilliseconds = 120;
const mostHits = 30;

/** The value once it has stood still for a moment. */
function useSettled<T>(value: T) {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), pauseMilliseconds);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}

/** Where in the text the match is, with the matching words marked. */
function Snippet({ pieces }: { pieces: SearchHit["snippet"] }) {
  let at = 0;
  return pieces.map(({ text, match }) => {
    at += text.length;
    return match ? <mark key={at}>{text}</mark> : text;
  });
}

/** Finds conversations and messages for what is typed into the palette. */
export function useChatSearch(workspaceId: string) {
  const query = usePaletteSearch((palette) => palette.query.trim());
  const settled = useSettled(query);
  const navigate = useNavigate();
  const { data, isFetching } = useQuery({
    queryKey: [...workspaceKey(workspaceId), "chat", "search", settled],
    queryFn: ({ signal }) =>
      chatApi.search({ params: { workspaceId }, query: { q: settled.slice(0, 200), limit: mostHits }, signal }),
    enabled: settled !== "",
    placeholderData: keepPreviousData,
    staleTime: 5_000,
    gcTime: 60_000,
  });
  useEffect(() => {
    const hits = query === "" ? [] : (data?.items ?? []);
    const items = hits.map((hit) => ({
      id: `${hit.conversationId}/${hit.messageId ?? ""}`,
      title: hit.conversationTitle,
      group: hit.messageId === null ? "Conversations" : "Messages",
      icon: hit.messageId === null ? <MessageSquare /> : <MessageSquareText />,
      hint: hit.messageId === null ? undefined : <Snippet pieces={hit.snippet} />,
      found: true,
      run: () => {
        closeDrawer();
        void navigate({
          to: "/w/$workspaceId/chat/$conversationId",
          params: { workspaceId, conversationId: hit.conversationId },
          search: hit.messageId === null ? {} : { message: hit.messageId, find: query },
        });
      },
    }));
    setFound("chat", { items, busy: isFetching && query !== "" });
  }, [data, isFetching, navigate, query, workspaceId]);
}
