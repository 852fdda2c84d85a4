import { createClient, routeUrl } from "@mindmesh/client";
import { fileRoutes, type StoredFile } from "@mindmesh/contracts/files";
import { clientOptions } from "../live/client-options.ts";

export const filesApi = createClient(fileRoutes, clientOptions);

type FilePlace = { workspaceId: string; fileId: string };

/** Where the browser gets a file from; images are shown, everything else is saved. */
export const fileUrl = (params: FilePlace) => routeUrl(fileRoutes.downloadFile, { params });

/** The image at 512 pixels at most. */
export const thumbnailUrl = (params: FilePlace) => routeUrl(fileRoutes.getThumbnail, { params });

export const uploadUrl = (workspaceId: string, file: File) =>
  routeUrl(fileRoutes.uploadFile, { params: { workspaceId }, query: { name: file.name || "Pasted file" } });

export type { StoredFile };
