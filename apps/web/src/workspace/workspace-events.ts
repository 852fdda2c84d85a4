import type { BudgetEvent } from "@mindmesh/contracts/money";
import type { Role } from "@mindmesh/contracts/permissions";
import type { WorkspaceEvent } from "@mindmesh/contracts/workspaces";
import { toast } from "@mindmesh/ui";
import { meQuery } from "../identity/queries.ts";
import { workspaceKey, type EventHandler } from "../live/live-connection.ts";

/** What of a workspace's cached things an event makes out of date, by the word after the workspace in their keys. */
const concerned: Record<string, readonly string[]> = {
  "workspace.member.changed": ["members", "invitations"],
  "workspace.member.removed": ["members"],
  "workspace.invitations.changed": ["invitations"],
  "models.changed": ["models"],
  "budget.changed": ["budgets"],
  "budget.warned": ["budgets"],
  "budget.exhausted": ["budgets"],
  "chat.import.changed": ["imports"],
};

/**
 * What the page does with the events about a workspace itself: its name, its people, its models. Their shapes are the
 * contract's, by which the server wrote them; reading them with Zod here would bring it into the first load.
 */
export const handleWorkspaceEvent: EventHandler = (queryClient, { workspaceId, type, payload }) => {
  for (const part of concerned[type] ?? []) {
    void queryClient.invalidateQueries({ queryKey: [...workspaceKey(workspaceId), part] });
  }
  const change = (changed: { name?: string; role?: Role }) =>
    queryClient.setQueryData(
      meQuery.queryKey,
      (me) =>
        me && {
          ...me,
          workspaces: me.workspaces.map((each) => (each.id === workspaceId ? { ...each, ...changed } : each)),
        },
    );
  if (type === "chat.import.changed") {
    // Conversations come by imports one by one without events of their own.
    void queryClient.invalidateQueries({ queryKey: [...workspaceKey(workspaceId), "chat", "conversations"] });
  }
  if (type === "budget.warned" || type === "budget.exhausted") {
    const { title } = payload as BudgetEvent;
    const isSpent = type === "budget.exhausted";
    toast(isSpent ? "A budget is used up" : "A budget is nearly used up", {
      tone: isSpent ? "danger" : "neutral",
      description: `${title}. See Settings, Budgets and prices.`,
    });
  }
  const myself = queryClient.getQueryData(meQuery.queryKey)?.person.id;
  if (type === "workspace.changed") {
    change({ name: (payload as WorkspaceEvent<typeof type>).name });
  } else if (type === "workspace.member.changed") {
    const { personId, role } = payload as WorkspaceEvent<typeof type>;
    if (personId === myself) change({ role });
  } else if (type === "workspace.member.removed") {
    // A fresh start: nothing of the workspace may stay on the page.
    if ((payload as WorkspaceEvent<typeof type>).personId === myself) window.location.assign("/");
  }
};
