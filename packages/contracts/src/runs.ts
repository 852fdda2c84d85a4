import { z } from "zod";
import { storedFile } from "./files.ts";
import { id, moment, page, pageQuery, prose, workspaceParams } from "./fields.ts";
import { defineRoute } from "./route.ts";

/** Code that runs in a conversation, behind the walls of the sandbox. */

export const runLanguages = ["python", "javascript", "typescript", "shell"] as const;
export const runLanguage = z.enum(runLanguages, "Is none of the languages: python, javascript, typescript, shell.");
export type RunLanguage = z.infer<typeof runLanguage>;

/** Characters of one source file; the sandbox refuses more than 1 MB. */
export const mostSourceCharacters = 1_000_000;
/** The editor's files of one conversation. */
export const editorBounds = { files: 50, characters: 4_000_000 } as const;

const unwelcome = /[\p{Cc}\\:*?"<>|]/u;

/** A path below the working directory: `main.py`, `data/clean.py`. No `..`, nothing absolute, and not the folder `out`. */
export const workPath = z
  .string()
  .min(1, "Must not be empty.")
  .max(300, "Must have at most 300 characters.")
  .refine((path) => path.isWellFormed() && !unwelcome.test(path), "Holds characters that no file name may have.")
  .refine(
    (path) => path.split("/").every((part) => part.trim() === part && !["", ".", ".."].includes(part)),
    "Must be a path inside the working directory, without empty parts, '.' or '..'.",
  )
  .refine(
    (path) => path.split("/").every((part) => new TextEncoder().encode(part).length <= 200),
    "A name is too long.",
  )
  .refine((path) => path.split("/").length <= 10, "Must have at most 10 parts.");

/** The same for what a person or a model writes: `out` is filled by the code only. */
export const sourcePath = workPath.refine(
  (path) => path.split("/")[0] !== "out",
  "The folder `out` is the code's own.",
);

/** How a limit may be set: whole numbers from `min` to `max`. */
export const runLimitBounds = {
  wallSeconds: { min: 1, max: 600, usual: 60 },
  cpuSeconds: { min: 1, max: 600, usual: 60 },
  memoryBytes: { min: 64 * 1024 ** 2, max: 4 * 1024 ** 3, usual: 512 * 1024 ** 2 },
  processes: { min: 16, max: 256, usual: 64 },
  outputBytes: { min: 1024, max: 10 * 1024 ** 2, usual: 1024 ** 2 },
  diskBytes: { min: 1024 ** 2, max: 2 * 1024 ** 3, usual: 256 * 1024 ** 2 },
  files: { min: 10, max: 10_000, usual: 1000 },
  fileBytes: { min: 1024, max: 512 * 1024 ** 2, usual: 64 * 1024 ** 2 },
} as const;

const limit = ({ min, max }: { min: number; max: number }) =>
  z
    .int()
    .min(min, `Must be at least ${min.toLocaleString("en")}.`)
    .max(max, `Must be at most ${max.toLocaleString("en")}.`);

export const runLimits = z.object({
  wallSeconds: limit(runLimitBounds.wallSeconds),
  cpuSeconds: limit(runLimitBounds.cpuSeconds),
  memoryBytes: limit(runLimitBounds.memoryBytes),
  processes: limit(runLimitBounds.processes),
  outputBytes: limit(runLimitBounds.outputBytes),
  diskBytes: limit(runLimitBounds.diskBytes),
  files: limit(runLimitBounds.files),
  fileBytes: limit(runLimitBounds.fileBytes),
});
export type RunLimits = z.infer<typeof runLimits>;

/**
 * `queued` until it begins; `finished`: the code ended by itself with exit code 0; `failed`: with another one, or at a
 * limit; `lost`: the server or the wall died while it ran.
 */
export const runStatuses = ["queued", "running", "finished", "failed", "cancelled", "lost"] as const;
export const runStatus = z.enum(runStatuses);
export type RunStatus = z.infer<typeof runStatus>;

/** Why it ended: by itself, at a limit, cancelled, or lost; `refused`: it never began. */
export const runReasons = ["exit", "time", "cpu", "memory", "output", "disk", "cancelled", "lost", "refused"] as const;

export const runUsage = z.object({
  wallMs: z.number(),
  cpuMs: z.number(),
  peakMemoryBytes: z.number(),
  outputBytes: z.number(),
});

/** A figure, image or table, where it appeared in the output. */
export const runDisplay = z.object({
  /** Counts the displays of the run from 0. */
  position: z.int(),
  /** UTF-16 units of output before it. */
  offset: z.int(),
  mime: z.enum(["image/png", "image/svg+xml", "text/html"]),
  bytes: z.int(),
  /** Base64 for PNG, otherwise text. Null when it is large: ask `getRunDisplay` for its bytes. */
  data: z.string().nullable(),
});
export type RunDisplay = z.infer<typeof runDisplay>;

export const codeRun = z.object({
  id,
  conversationId: id,
  /** Who ran it, or in whose name a model did; null when the account is gone. */
  personId: id.nullable(),
  origin: z.enum(["block", "panel", "tool"]),
  /** The message and the number of its code block (from 0), for `block`. */
  messageId: id.nullable(),
  blockIndex: z.int().nullable(),
  language: runLanguage,
  entryName: z.string().nullable(),
  /** SHA-256 of the source in hex: tells whether a code block or file is still what was run. */
  sourceHash: z.string(),
  status: runStatus,
  /** Place in the queue, from 1, while queued and known. */
  queuePosition: z.int().nullable(),
  /** `new`: variables begin empty, `kept`: those of the run before are there; null: a program of its own. */
  kernel: z.enum(["new", "kept"]).nullable(),
  reason: z.enum(runReasons).nullable(),
  exitCode: z.int().nullable(),
  /** In plain words: how it ended, and on lines of their own what of it could not be kept. */
  message: z.string().nullable(),
  /** The error's place in one of the files, when it is known. */
  error: z.object({ file: z.string(), line: z.int(), message: z.string() }).nullable(),
  usage: runUsage.nullable(),
  /** Which wall it ran behind. */
  driver: z.string().nullable(),
  /** UTF-16 units of output stored so far. */
  outputLength: z.int(),
  displayCount: z.int(),
  /** Counts its changes: of two, the higher one is newer. */
  revision: z.int(),
  createdAt: moment,
  startedAt: moment.nullable(),
  finishedAt: moment.nullable(),
});
export type CodeRun = z.infer<typeof codeRun>;

export const runOutput = z.object({ stream: z.enum(["stdout", "stderr"]), text: z.string() });
export type RunOutput = z.infer<typeof runOutput>;

/** One version of a file that code wrote to `/data/out`. */
export const outputFile = z.object({
  /** Below `/data/out`. */
  path: z.string(),
  /** From 1, per path of the conversation. */
  version: z.int(),
  runId: id.nullable(),
  /** Null when it was deleted; download, thumbnail and text by its id as for every file. */
  file: storedFile.nullable(),
  createdAt: moment,
});
export type OutputFile = z.infer<typeof outputFile>;

export const codeRunDetails = z.object({
  run: codeRun,
  source: z.string(),
  /** The other files that lay beside it. */
  files: z.array(z.object({ path: z.string(), content: z.string() })),
  /** Everything so far, in the order in which it arrived. */
  output: z.array(runOutput),
  displays: z.array(runDisplay),
  outputs: z.array(outputFile),
});
export type CodeRunDetails = z.infer<typeof codeRunDetails>;

/** A file of the editor, shared by all who may write in the conversation. */
export const editorFile = z.object({
  path: z.string(),
  content: z.string(),
  /** Counts its changes; a change must name the version it was made on. */
  version: z.int(),
  updatedBy: id.nullable(),
  updatedAt: moment,
});
export type EditorFile = z.infer<typeof editorFile>;

/** An address that code may reach through the proxy: `pypi.org`, or `*.example.org` for all below it. */
const hostName = z
  .string()
  .trim()
  .toLowerCase()
  .max(253)
  .regex(
    /^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/,
    "Must be a name such as pypi.org or *.example.org, without https:// and without a path.",
  );

export const runSettings = z.object({
  /** Whether anybody may run code in this workspace. */
  enabled: z.boolean(),
  limits: runLimits,
  /** Runs of this workspace at once, over all servers. The machine has its own limit beside it. */
  concurrency: z.int().min(1, "Must be at least 1.").max(32, "Must be at most 32."),
  /** Hosts that code may reach; none: no network at all. */
  hosts: z.array(hostName).max(50, "At most 50 hosts."),
  /** A run started on the page is cancelled when its person has been without a connection for so long. */
  awaySeconds: z.int().min(5, "Must be at least 5.").max(3600, "Must be at most 3,600."),
});
export type RunSettings = z.infer<typeof runSettings>;

export const usualRunSettings: RunSettings = {
  enabled: true,
  limits: Object.fromEntries(
    Object.entries(runLimitBounds).map(([name, { usual }]) => [name, usual]),
  ) as unknown as RunLimits,
  concurrency: 8,
  hosts: [],
  awaySeconds: 30,
};

/** What runs code here, and how well it is walled in. */
export const sandboxDescription = z.object({
  /** `starting`: the walls are being tested; `off`: see `reason`. */
  state: z.enum(["ready", "starting", "off"]),
  /** Why code cannot be run: no wall passed its test, or an admin switched it off. */
  reason: z.string().nullable(),
  driver: z.string().nullable(),
  /** What the wall keeps code from, in words; and what it does not. */
  guards: z.array(z.string()),
  gaps: z.array(z.string()),
  languages: z.array(z.object({ language: runLanguage, version: z.string(), packages: z.array(z.string()) })),
  running: z.int(),
  waiting: z.int(),
  /** What applies to a new run in this workspace. */
  limits: runLimits,
  hosts: z.array(z.string()),
  /** Whether the caller's role may run code. */
  allowed: z.boolean(),
});
export type SandboxDescription = z.infer<typeof sandboxDescription>;

const conversationParams = workspaceParams.extend({ conversationId: id });
const runParams = conversationParams.extend({ runId: id });
const chat = "/api/workspaces/:workspaceId/chat" as const;
const base = `${chat}/conversations/:conversationId` as const;
const route = { tag: "code", audience: "member" } as const;
const version = z.int().min(1);

export const runRoutes = {
  describeSandbox: defineRoute({
    ...route,
    method: "GET",
    path: `${chat}/sandbox`,
    summary: "What runs code here: the wall, its guards and gaps, languages with their packages, limits",
    scope: "read",
    params: workspaceParams,
    response: sandboxDescription,
  }),
  getRunSettings: defineRoute({
    ...route,
    method: "GET",
    path: `${chat}/run-settings`,
    summary: "The workspace's limits for code, with their bounds; for owners and admins",
    scope: "admin",
    params: workspaceParams,
    response: z.object({ settings: runSettings, usual: runSettings }),
  }),
  updateRunSettings: defineRoute({
    ...route,
    method: "PUT",
    path: `${chat}/run-settings`,
    summary: "Set the workspace's limits for code; they apply to runs that begin after it",
    scope: "admin",
    params: workspaceParams,
    body: runSettings,
    response: z.object({ settings: runSettings, usual: runSettings }),
  }),
  startRun: defineRoute({
    ...route,
    method: "POST",
    path: `${base}/runs`,
    summary: "Run code in a conversation; its output is stored and streamed to every device",
    scope: "write",
    limit: "run",
    params: conversationParams,
    body: z
      .object({
        /** Id of the run, made by the client (UUID): sending the same one twice starts one run. */
        runId: id.optional(),
        language: runLanguage,
        source: prose(mostSourceCharacters),
        /** The name that the source has while it runs; `main.py` and the like unless given. */
        entryName: sourcePath.optional(),
        /** Also put the conversation's editor files beside it; `source` stands for the one of `entryName`. */
        withEditorFiles: z.boolean().default(false),
        /** Keep variables for the next run (Python, JavaScript). */
        keepVariables: z.boolean().default(false),
        /** Standard input as base64. */
        stdin: z.base64("Must be base64.").max(1_400_000, "Must be at most 1 MB.").optional(),
        /** Lower than the workspace's. */
        limits: runLimits.partial().optional(),
        messageId: id.optional(),
        blockIndex: z.int().min(0).max(10_000).optional(),
      })
      .refine(({ language, keepVariables }) => !keepVariables || ["python", "javascript"].includes(language), {
        path: ["keepVariables"],
        message: "Variables can be kept in Python and JavaScript.",
      }),
    bodyLimit: 5 * 1024 * 1024,
    response: codeRun,
    status: 201,
  }),
  listRuns: defineRoute({
    ...route,
    method: "GET",
    path: `${base}/runs`,
    summary: "Runs of a conversation, newest first",
    scope: "read",
    params: conversationParams,
    query: pageQuery.extend({ messageId: id.optional(), origin: codeRun.shape.origin.optional() }),
    response: page(codeRun),
  }),
  getRun: defineRoute({
    ...route,
    method: "GET",
    path: `${base}/runs/:runId`,
    summary: "A run with its source and everything that it has put out so far",
    scope: "read",
    params: runParams,
    response: codeRunDetails,
  }),
  getRunDisplay: defineRoute({
    ...route,
    method: "GET",
    path: `${base}/runs/:runId/displays/:position`,
    summary: "A figure or table as bytes; HTML comes as plain text, to be sanitised by who shows it",
    scope: "read",
    params: runParams.extend({ position: z.coerce.number().int().min(0).max(100_000) }),
    response: "raw",
  }),
  cancelRun: defineRoute({
    ...route,
    method: "POST",
    path: `${base}/runs/:runId/cancel`,
    summary: "Stop a run, on whichever server it waits or runs; what it has put out is kept",
    scope: "write",
    params: runParams,
    response: "none",
  }),
  restartKernel: defineRoute({
    ...route,
    method: "POST",
    path: `${base}/kernel/restart`,
    summary: "Forget the caller's variables in this conversation; files stay",
    scope: "write",
    params: conversationParams,
    body: z.object({ language: z.enum(["python", "javascript"]) }),
    response: "none",
  }),
  listEditorFiles: defineRoute({
    ...route,
    method: "GET",
    path: `${base}/editor-files`,
    summary: "The editor's files of a conversation with their contents, by path",
    scope: "read",
    params: conversationParams,
    response: z.object({ items: z.array(editorFile) }),
  }),
  saveEditorFile: defineRoute({
    ...route,
    method: "PUT",
    path: `${base}/editor-files`,
    summary: "Make or change a file; 409 when somebody was faster",
    scope: "write",
    params: conversationParams,
    body: z.object({
      path: sourcePath,
      content: prose(mostSourceCharacters),
      /** The version that the change was made on; null makes a new file. */
      version: version.nullable(),
      /** Gives the file another path. */
      newPath: sourcePath.optional(),
    }),
    bodyLimit: 5 * 1024 * 1024,
    response: editorFile,
  }),
  deleteEditorFile: defineRoute({
    ...route,
    method: "DELETE",
    path: `${base}/editor-files`,
    summary: "Delete a file of the editor; 409 when somebody changed it in the meantime",
    scope: "write",
    params: conversationParams,
    query: z.object({ path: sourcePath, version: z.coerce.number().int().min(1) }),
    response: "none",
  }),
  listOutputs: defineRoute({
    ...route,
    method: "GET",
    path: `${base}/outputs`,
    summary: "Files that code wrote to /data/out: the newest version of each, or all versions of one path",
    scope: "read",
    params: conversationParams,
    query: z.object({ path: prose(1000).optional() }),
    response: z.object({ items: z.array(outputFile) }),
  }),
};

/** Output as it arrives: a signal (not logged) in the room `conversation:<id>`, sent once it is stored. */
export const runOutputSignal = z.object({
  conversationId: id,
  runId: id,
  /** UTF-16 units of output (both streams together) before it: on a gap, ask for the run again. */
  offset: z.int(),
  stream: runOutput.shape.stream,
  text: z.string(),
});
export type RunOutputSignal = z.infer<typeof runOutputSignal>;

/** A figure or table, as a signal in the same room, sent once it is stored. */
export const runDisplaySignal = z.object({ conversationId: id, runId: id, display: runDisplay });
export type RunDisplaySignal = z.infer<typeof runDisplaySignal>;

/** Another place in the queue, as a signal in the same room. */
export const runQueueSignal = z.object({ conversationId: id, runId: id, position: z.int() });
export type RunQueueSignal = z.infer<typeof runQueueSignal>;

/** The types of these signals. */
export const runSignals = {
  "chat.run.output": runOutputSignal,
  "chat.run.display": runDisplaySignal,
  "chat.run.queue": runQueueSignal,
} as const;

/** Logged events of runs. */
export const runEvents = {
  "chat.run.changed": z.object({ run: codeRun }),
  /** Which file changed and to which version; null when it is gone. Without the content, which may be long. */
  "chat.editor.changed": z.object({ conversationId: id, path: z.string(), version: version.nullable() }),
  "chat.outputs.changed": z.object({ conversationId: id, paths: z.array(z.string()) }),
} as const;
export type RunEvent<T extends keyof typeof runEvents> = z.infer<(typeof runEvents)[T]>;
