import { routeUrl } from "@mindmesh/client";
import { chatImport, chatRoutes, type ChatImport } from "@mindmesh/contracts/chat";
import { sendFile } from "../../files/send-file.ts";

/**
 * Sends an export file of another program, with progress.
 * @throws ClientError what the server refused, or `offline`; DOMException AbortError when cancelled
 */
export async function uploadExport(
  workspaceId: string,
  file: File,
  settings: Parameters<typeof sendFile>[2],
): Promise<ChatImport> {
  const url = routeUrl(chatRoutes.startImport, { params: { workspaceId }, query: { name: file.name } });
  return chatImport.parse(await sendFile(url, file, settings));
}
