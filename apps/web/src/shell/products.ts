import MessagesSquare from "lucide-react/icons/messages-square";

/** The rooms of the house that exist. One line per product, added when it can be used. */
export const products = [{ id: "chat", name: "Chat", path: "/", Icon: MessagesSquare }] as const;
