import { fileRoutes } from "@mindmesh/contracts/files";
import type { FastifyInstance } from "fastify";
import { implement, rawBody, tenantOf } from "../http/index.ts";
import type { MemberCaller } from "../http/index.ts";
import { deleteFile } from "./delete-file.ts";
import { readFileText } from "./file-text.ts";
import { readableFile } from "./readable-file.ts";
import type { FileGrant } from "./readable-file.ts";
import { sendFile, sendThumbnail } from "./send-file.ts";
import { toStoredFile } from "./stored-file.ts";
import { uploadFile } from "./upload-file.ts";
import type { UploadDependencies } from "./upload-file.ts";
import { usedBytes } from "./upload-limits.ts";

export type FileRouteDependencies = UploadDependencies & {
  /** Products' rules for files of others. */
  grants: readonly FileGrant[];
};

/** Registers upload, download, thumbnails, text and deletion of files. */
export function fileRoutesOn(app: FastifyInstance, dependencies: FileRouteDependencies): void {
  const { db, blobs, limits, grants } = dependencies;
  const readable = (caller: MemberCaller, fileId: string) =>
    db.withWorkspace(tenantOf(caller), (tx) => readableFile(tx, caller, fileId, grants));

  implement(app, fileRoutes, {
    uploadFile: async ({ caller, query, request }) =>
      toStoredFile(await uploadFile(dependencies, caller, { name: query.name, ...rawBody(request) })),
    getFileLimits: async ({ caller }) => ({
      maxFileBytes: limits.maxFileBytes,
      workspaceBytes: limits.workspaceBytes,
      usedBytes: await db.withWorkspace(tenantOf(caller), (tx) => usedBytes(tx, caller.workspaceId)),
    }),
    getFile: async ({ caller, params }) => toStoredFile(await readable(caller, params.fileId)),
    downloadFile: async ({ caller, params, query, ...http }) =>
      sendFile(blobs, await readable(caller, params.fileId), http, query),
    getThumbnail: async ({ caller, params, ...http }) =>
      sendThumbnail(blobs, await readable(caller, params.fileId), http),
    getFileText: async ({ caller, params }) =>
      db.withWorkspace(tenantOf(caller), async (tx) => {
        const row = await readableFile(tx, caller, params.fileId, grants);
        return { text: await readFileText(tx, row), details: toStoredFile(row).text };
      }),
    deleteFile: ({ caller, params }) => deleteFile(db, caller, params.fileId),
  });
}
