import type { Readable } from "node:stream";
import { fileRoutes } from "@mindmesh/contracts/files";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { AppError } from "../errors/index.ts";
import { implement, tenantOf } from "../http/index.ts";
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

  // In a scope of its own, because here any body is a file, JSON too.
  void app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", (_request, payload, parsed) => parsed(null, payload));
    implement(scope, fileRoutes, {
      uploadFile: async ({ caller, query, request }) => {
        try {
          return toStoredFile(await uploadFile(dependencies, caller, { name: query.name, ...rawBody(request) }));
        } catch (error) {
          drain(request);
          throw error;
        }
      },
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
    done();
  });
}

function rawBody(request: FastifyRequest): { content: Readable; announcedBytes: number | null } {
  if (request.headers["content-type"]?.startsWith("multipart/"))
    throw new AppError("unsupported_type", {
      message: "Send the file itself as the body, not a form with the file in it.",
    });
  const length = request.headers["content-length"];
  return { content: request.raw, announcedBytes: length === undefined ? null : Number(length) };
}

/**
 * A refused upload is still on its way. Closing at once would reset the connection, and the client would see a network
 * error in place of the answer; so what comes is dropped for a while.
 */
function drain({ raw }: FastifyRequest): void {
  if (raw.readableEnded || raw.destroyed) return;
  const enough = setTimeout(() => raw.destroy(), 10_000);
  raw.once("close", () => clearTimeout(enough));
  raw.resume();
}
