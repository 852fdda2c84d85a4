import Database from "lucide-react/icons/database";
import MessagesSquare from "lucide-react/icons/messages-square";

/** The rooms of the house that exist. One line per product, added when it can be used. */
export const products = [
  { id: "chat", name: "Chat", to: "/w/$workspaceId/chat", Icon: MessagesSquare },
  { id: "query", name: "Query", to: "/w/$workspaceId/query", Icon: Database },
] as const;

export type ProductId = (typeof products)[number]["id"];
