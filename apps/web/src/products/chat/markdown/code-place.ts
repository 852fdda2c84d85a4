import { createContext } from "react";

/** Where code stands that could be run; null where it is only shown. */
export const CodePlace = createContext<{ workspaceId: string; conversationId: string; messageId: string } | null>(null);
