import { id, prose } from "@mindmesh/contracts/fields";
import { type CodeRunDetails, mostSourceCharacters, runLanguage, sourcePath, workPath } from "@mindmesh/contracts/runs";
import type { Actor } from "@mindmesh/kernel/audit";
import type { Database } from "@mindmesh/kernel/db";
import { AppError } from "@mindmesh/kernel/errors";
import { type MemberCaller, tenantOf } from "@mindmesh/kernel/http";
import { type Tool, type ToolContext, defineTool } from "@mindmesh/kernel/tools";
import { z } from "zod";
import { findConversation } from "../find-conversation.ts";
import { runDetails } from "./read-runs.ts";
import { runSettingsOf } from "./run-settings.ts";
import { type RunPlace, placeOf } from "./run-place.ts";
import { filesInside, openInside, writeInside } from "./safe-folder.ts";
import { type StartDependencies, startRun } from "./start-run.ts";

/** Characters of output that a model is given: the beginning and, as errors stand there, more of the end. */
const shown = { head: 6000, tail: 12_000 };
const mostReadCharacters = 60_000;

const place = z.object({
  conversationId: id.optional().describe("Whose working directory. In a conversation: leave it out, it is that one."),
});
const program = place.extend({
  language: runLanguage,
  source: prose(mostSourceCharacters).min(1),
  entryName: sourcePath.optional().describe("Name of the source file, such as main.py."),
  keepVariables: z
    .boolean()
    .default(false)
    .describe("Python and JavaScript: go on with the variables of the last run."),
});
const outcome = z.object({
  runId: id,
  status: z.string().describe("finished: exit code 0. failed: read message and output, mend the code, run it again."),
  exitCode: z.int().nullable(),
  message: z.string().nullable(),
  error: z.object({ file: z.string(), line: z.int(), message: z.string() }).nullable(),
  output: z.string().describe("What it printed, stdout and stderr together, cut in the middle when long."),
  displays: z.array(z.object({ position: z.int(), mime: z.string(), bytes: z.int() })).describe("Figures and tables."),
  files: z
    .array(z.object({ path: z.string(), version: z.int(), fileId: id.nullable(), bytes: z.int().nullable() }))
    .describe("Files of the conversation that it made or changed below /data/out."),
});

const about = `Runs a program in the conversation's sandbox. Its working directory /data/work is kept between runs; attached files are at /data/files; what it writes to /data/out becomes files that the person can download. Figures (matplotlib's plt.show(), images in /data/out) are shown to the person and, where you can see, to you.`;

const common = { right: "code.run", scope: "write", idempotent: false } as const;

/** Code for models, programs and agents: run it, and write, read and list files of the working directory. */
export function codeTools(dependencies: StartDependencies): Tool[] {
  const { db, runner } = dependencies;
  return [
    defineTool({
      ...common,
      name: "sandbox.runCode",
      title: "Run code",
      purpose: `${about} It has no network.`,
      // Nothing outside of the walls can be reached or changed: docs/decisions/0067.
      risk: "write",
      timeLimitMs: 15 * 60_000,
      input: program,
      output: outcome,
      run: (input, context) => runProgram(dependencies, input, context, false),
    }),
    defineTool({
      ...common,
      name: "sandbox.runCodeOnline",
      title: "Run code with network access",
      purpose: `${about} It can reach the hosts that an admin has allowed, and waits for the person's approval first: use it only when the program must fetch or send something.`,
      // What code reads it could send: a person looks at it first.
      risk: "critical",
      timeLimitMs: 15 * 60_000,
      input: program,
      output: outcome,
      run: async (input, context) => {
        const { hosts } = await db.withWorkspace(tenantOf(context.caller), (tx) =>
          runSettingsOf(tx, context.workspaceId),
        );
        if (hosts.length === 0) {
          throw new AppError("not_allowed", {
            message: "No admin has allowed any host. Use sandbox.runCode, which has no network.",
          });
        }
        return runProgram(dependencies, input, context, true);
      },
    }),
    defineTool({
      ...common,
      name: "sandbox.writeFile",
      title: "Write a file of the working directory",
      purpose: "Writes a text file into the working directory /data/work of the conversation's sandbox.",
      risk: "write",
      idempotent: true,
      timeLimitMs: 120_000,
      input: place.extend({ path: sourcePath, content: prose(mostSourceCharacters) }),
      output: z.object({ path: z.string(), bytes: z.int() }),
      run: async ({ path, content, conversationId }, context) => {
        const own = await ownPlace(db, context, conversationId, "write");
        await runner.inDirectory(own, context.signal, async (directory) => {
          await writeInside(directory, path, content);
          await runner.storeDirectory(own, context.caller);
        });
        return { path, bytes: Buffer.byteLength(content) };
      },
    }),
    defineTool({
      ...common,
      name: "sandbox.readFile",
      title: "Read a file of the working directory",
      purpose: `Reads a text file of the working directory /data/work, or of /data/out as out/<name>, ${mostReadCharacters.toLocaleString("en")} characters at most.`,
      risk: "read",
      idempotent: true,
      timeLimitMs: 120_000,
      input: place.extend({ path: workPath, from: z.int().min(0).default(0).describe("Byte to begin at.") }),
      output: z.object({ path: z.string(), bytes: z.int(), text: z.string() }),
      run: async ({ path, from, conversationId }, context) => {
        const own = await ownPlace(db, context, conversationId, "write");
        return runner.inDirectory(own, context.signal, async (directory) => {
          const handle = await openInside(directory, path);
          try {
            const { size } = await handle.stat();
            const { buffer, bytesRead } = await handle.read(
              Buffer.alloc(mostReadCharacters),
              0,
              mostReadCharacters,
              from,
            );
            return { path, bytes: size, text: textOf(buffer.subarray(0, bytesRead)) };
          } finally {
            await handle.close();
          }
        });
      },
    }),
    defineTool({
      ...common,
      name: "sandbox.listFiles",
      title: "List files of the working directory",
      purpose:
        "Lists the files of the working directory /data/work of the conversation's sandbox, with those of /data/out.",
      risk: "read",
      idempotent: true,
      timeLimitMs: 120_000,
      input: place,
      output: z.object({ files: z.array(z.object({ path: z.string(), bytes: z.int() })), total: z.int() }),
      run: async ({ conversationId }, context) => {
        const own = await ownPlace(db, context, conversationId, "write");
        return runner.inDirectory(own, context.signal, async (directory) => {
          const files = await filesInside(directory, new Set(["__pycache__"]));
          return { files: files.slice(0, 1000).map(({ path, bytes }) => ({ path, bytes })), total: files.length };
        });
      },
    }),
  ];
}

async function runProgram(
  dependencies: StartDependencies,
  { conversationId: asked, ...input }: z.output<typeof program>,
  context: ToolContext,
  online: boolean,
): Promise<z.output<typeof outcome>> {
  const { db, runner } = dependencies;
  const { caller, signal } = context;
  const conversationId = conversationOf(context, asked);
  const ask = { ...input, withEditorFiles: true };
  const { run, ended } = await startRun(dependencies, caller, actorOfTool(caller), conversationId, ask, {
    origin: "tool",
    online,
  });
  const stop = () => void runner.cancel(run.id);
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  try {
    await ended;
  } finally {
    signal.removeEventListener("abort", stop);
  }
  const details = await db.withWorkspace(tenantOf(caller), (tx) =>
    runDetails(tx, caller.workspaceId, { conversationId, runId: run.id }),
  );
  return outcomeOf(details);
}

function outcomeOf({ run, output, displays, outputs }: CodeRunDetails): z.output<typeof outcome> {
  return {
    runId: run.id,
    status: run.status,
    exitCode: run.exitCode,
    message: run.message,
    error: run.error,
    output: cutMiddle(output.map(({ text }) => text).join("")),
    displays: displays.map(({ position, mime, bytes }) => ({ position, mime, bytes })),
    files: outputs.map(({ path, version, file }) => ({
      path,
      version,
      fileId: file?.id ?? null,
      bytes: file?.bytes ?? null,
    })),
  };
}

function cutMiddle(text: string): string {
  const left = text.length - shown.head - shown.tail;
  if (left <= 0) return text;
  const head = text.slice(0, shown.head).toWellFormed();
  return `${head}\n[${left.toLocaleString("en")} characters left out]\n${text.slice(-shown.tail).toWellFormed()}`;
}

/** @throws AppError invalid_fields when neither the call's place nor its input names a conversation */
function conversationOf({ subject }: ToolContext, asked: string | undefined): string {
  const own = subject?.startsWith("conversation:") ? subject.slice("conversation:".length) : undefined;
  const conversationId = asked ?? own;
  if (conversationId !== undefined) return conversationId;
  throw new AppError("invalid_fields", { fields: { conversationId: "Say in which conversation." } });
}

async function ownPlace(
  db: Database,
  context: ToolContext,
  asked: string | undefined,
  right: "read" | "write",
): Promise<RunPlace> {
  const conversationId = conversationOf(context, asked);
  await db.withWorkspace(tenantOf(context.caller), (tx) => findConversation(tx, context.caller, conversationId, right));
  return placeOf(context.caller, conversationId);
}

function actorOfTool({ personId, via }: MemberCaller): Actor {
  return { personId, ip: null, requestId: null, ...(via.kind === "api_key" && { keyId: via.keyId }) };
}

/** @throws AppError unsupported_type for what is no text */
function textOf(content: Buffer): string {
  if (content.includes(0)) {
    throw new AppError("unsupported_type", { message: "This file is not text. Read it with a program." });
  }
  return content.toString("utf8");
}
