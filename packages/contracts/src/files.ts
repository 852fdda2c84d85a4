import { z } from "zod";
import { id, moment, workspaceParams } from "./fields.ts";
import { defineRoute } from "./route.ts";

/** What became of the attempt to read a file's text. */
export const fileText = z.object({
  /** `waiting`: not read yet; `none`: this kind of file has no text, or none that can be read here. */
  state: z.enum(["waiting", "ready", "failed", "none"]),
  /** A sentence for the person: why there is no text, or what was guessed or mended. */
  message: z.string().nullable(),
  /** Kept characters, in UTF-16 units; null unless ready. */
  characters: z.number().int().nullable(),
  /** Set when the text was too long to keep all of it. */
  truncated: z.object({ keptCharacters: z.number().int(), totalCharacters: z.number().int() }).nullable(),
  /** Pages of a PDF. */
  pages: z.number().int().nullable(),
  /** Sheets of a workbook, by name. */
  sheets: z.array(z.string()).nullable(),
});
export type FileText = z.infer<typeof fileText>;

export const storedFile = z.object({
  id,
  /** The person who uploaded it; null when the account is gone. */
  ownerId: id.nullable(),
  name: z.string(),
  /** By content, whatever the name says. */
  mediaType: z.string(),
  /** The media type that the name promises, when the content is something else. */
  nameClaims: z.string().nullable(),
  bytes: z.number().int(),
  /** Of the whole image, in pixels; null until known, and for what is no image. */
  image: z.object({ width: z.number().int(), height: z.number().int() }).nullable(),
  hasThumbnail: z.boolean(),
  text: fileText,
  createdAt: moment,
});
export type StoredFile = z.infer<typeof storedFile>;

export const fileLimits = z.object({
  maxFileBytes: z.number().int(),
  workspaceBytes: z.number().int(),
  usedBytes: z.number().int(),
});

/** Largest file in bytes, unless the server is told otherwise. */
export const defaultMaxFileBytes = 100 * 1024 * 1024;

export const fileParams = workspaceParams.extend({ fileId: id });

const base = "/api/workspaces/:workspaceId" as const;
const route = { tag: "files", audience: "member" } as const;

export const fileRoutes = {
  /*
   * The body is the file itself, and its name is in the query: a browser's XMLHttpRequest sends a File so from the disk,
   * with progress; Content-Length is the file's own size, so that a file that is too large is refused before its first
   * byte; and the server streams it on without looking for a multipart boundary in every chunk.
   */
  uploadFile: defineRoute({
    ...route,
    method: "POST",
    path: `${base}/files`,
    summary: "Upload a file: its bytes are the body, its name is in the query",
    scope: "write",
    params: workspaceParams,
    query: z.object({ name: z.string().min(1, "Must not be empty.").max(1000, "Must have at most 1,000 characters.") }),
    body: "raw",
    response: storedFile,
    status: 201,
  }),
  getFileLimits: defineRoute({
    ...route,
    method: "GET",
    path: `${base}/file-limits`,
    summary: "How large a file may be, and how much room the workspace has",
    scope: "read",
    params: workspaceParams,
    response: fileLimits,
  }),
  getFile: defineRoute({
    ...route,
    method: "GET",
    path: `${base}/files/:fileId/details`,
    summary: "What is known of a file, and whether its text has been read",
    scope: "read",
    params: fileParams,
    response: storedFile,
  }),
  downloadFile: defineRoute({
    ...route,
    method: "GET",
    path: `${base}/files/:fileId`,
    summary: "The file itself; images are shown, everything else is saved; ranges are understood",
    scope: "read",
    params: fileParams,
    query: z.object({
      /** Save an image instead of showing it. */
      save: z.stringbool().default(false),
    }),
    response: "raw",
  }),
  getThumbnail: defineRoute({
    ...route,
    method: "GET",
    path: `${base}/files/:fileId/thumbnail`,
    summary: "The image at 512 pixels at most, as WebP",
    scope: "read",
    params: fileParams,
    response: "raw",
  }),
  getFileText: defineRoute({
    ...route,
    method: "GET",
    path: `${base}/files/:fileId/text`,
    summary: "The text that a model would be given",
    scope: "read",
    params: fileParams,
    response: z.object({ text: z.string(), details: fileText }),
  }),
  deleteFile: defineRoute({
    ...route,
    method: "DELETE",
    path: `${base}/files/:fileId`,
    summary: "Delete a file for everybody",
    scope: "write",
    params: fileParams,
    response: "none",
  }),
};

/** Logged events, seen by the file's owner only. */
export const fileEvents = {
  /** The text has been read or the thumbnail made. */
  "file.changed": z.object({ file: storedFile }),
} as const;
