import type { Conversation } from "@mindmesh/contracts/chat";
import { Button, IconButton, Input } from "@mindmesh/ui";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import X from "lucide-react/icons/x";
import { useId, useState } from "react";
import { changeConversation } from "./change-conversation.ts";
import { tagsQuery } from "./queries.ts";
import { useConversation } from "./use-conversation.ts";

const mostTags = 20;
const longestTag = 40;

/** The tags of a conversation; each change holds at once. */
export function TagsForm({ workspaceId, conversation: then }: { workspaceId: string; conversation: Conversation }) {
  const conversation = useConversation(workspaceId, then);
  const queryClient = useQueryClient();
  const { data: known } = useQuery(tagsQuery(workspaceId));
  const [text, setText] = useState("");
  const listId = useId();
  const { tags } = conversation;
  const set = async (next: string[]) => {
    if (await changeConversation(queryClient, workspaceId, conversation, { tags: next })) {
      await queryClient.invalidateQueries(tagsQuery(workspaceId));
    }
  };
  const add = () => {
    const tag = text.trim().replace(/^#/, "").toLowerCase().slice(0, longestTag);
    setText("");
    if (tag !== "" && !tags.includes(tag)) void set([...tags, tag]);
  };
  return (
    <div className="flex flex-col gap-3">
      {tags.length === 0 ? (
        <p className="text-sm text-muted">No tags yet.</p>
      ) : (
        <ul aria-label="Tags" className="flex flex-wrap gap-1.5">
          {tags.map((tag) => (
            <li key={tag} className="flex items-center rounded-sm bg-selected pl-2.5 text-sm">
              {tag}
              <IconButton
                size="sm"
                label={`Remove ${tag}`}
                tooltip={false}
                icon={<X />}
                onClick={() => void set(tags.filter((other) => other !== tag))}
              />
            </li>
          ))}
        </ul>
      )}
      <form
        className="flex gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          add();
        }}
      >
        <Input
          aria-label="New tag"
          placeholder="Add a tag"
          list={listId}
          maxLength={longestTag}
          value={text}
          disabled={tags.length >= mostTags}
          onChange={(event) => setText(event.target.value)}
          autoFocus
        />
        <datalist id={listId}>
          {known?.map(({ tag }) => (
            <option key={tag} value={tag}>
              {tag}
            </option>
          ))}
        </datalist>
        <Button type="submit" disabled={text.trim() === "" || tags.length >= mostTags}>
          Add
        </Button>
      </form>
      {tags.length >= mostTags ? <p className="text-xs text-muted">{mostTags} tags are the most.</p> : null}
    </div>
  );
}
