import { type Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { AppError } from "@mindmesh/kernel/errors";
import streamArray from "stream-json/streamers/stream-array.js";
import { type Entry, RandomAccessReader, type ZipFile, fromRandomAccessReaderPromise } from "yauzl";
import type { ImportedConversation } from "./imported-conversation.ts";
import { chatGptConversation, readChatGpt } from "./read-chatgpt.ts";
import { claudeConversation, readClaude } from "./read-claude.ts";

/** A stored export file: its size, and any part of it. */
export interface ExportFile {
  bytes: number;
  read(range: { start: number; end: number }): Promise<Readable>;
}

/** One conversation is held in memory at a time; a larger one than this ends the import. In bytes of JSON. */
const mostConversationBytes = 128 * 1024 * 1024;
/** Against archives that unfold without end. */
const mostUnpackedBytes = 64 * 1024 ** 3;

/** `conversations.json`, and the numbered parts that large ChatGPT exports come in. */
const conversationsFile = /(^|\/)conversations(-\d+)?\.json$/;

class StoredFileReader extends RandomAccessReader {
  readonly #file: ExportFile;

  constructor(file: ExportFile) {
    super();
    this.#file = file;
  }

  /** yauzl asks with an exclusive end. */
  override _readStreamForRange(start: number, end: number): Readable {
    const through = new Transform({ transform: (chunk, _, done) => done(null, chunk) });
    this.#file.read({ start, end: end - 1 }).then(
      (content) => pipeline(content, through).catch(() => undefined),
      (error: Error) => through.destroy(error),
    );
    return through;
  }
}

/**
 * The conversations of an export file of ChatGPT or Claude, one after the other; `null` stands for one that could not
 * be read. Memory holds one conversation at a time, whatever the size of the file.
 * @param onProgress hears the share of the file that has been read, 0 to 1
 * @throws AppError bad_request when it is no such file, or is damaged
 */
export async function* readExport(
  file: ExportFile,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): AsyncGenerator<ImportedConversation | null> {
  const head = await readHead(file);
  if (head.subarray(0, 2).toString("latin1") === "PK") {
    yield* readZip(file, onProgress, signal);
  } else if (/^(\uFEFF)?\s*\[/.test(head.toString("utf8"))) {
    yield* readArray(await file.read({ start: 0, end: file.bytes - 1 }), file.bytes, onProgress, signal);
  } else {
    throw notAnExport();
  }
}

function notAnExport(cause?: unknown): AppError {
  return new AppError("bad_request", {
    message:
      "This is not an export of ChatGPT or Claude. Choose the ZIP file that they sent, or conversations.json in it.",
    cause,
  });
}

async function readHead(file: ExportFile): Promise<Buffer> {
  const chunks: Buffer[] = [];
  if (file.bytes === 0) return Buffer.alloc(0);
  for await (const chunk of await file.read({ start: 0, end: Math.min(file.bytes, 512) - 1 }))
    chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function* readZip(
  file: ExportFile,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): AsyncGenerator<ImportedConversation | null> {
  const zip = await fromRandomAccessReaderPromise(new StoredFileReader(file), file.bytes, {
    lazyEntries: true,
    autoClose: false,
  }).catch((cause: unknown) => {
    throw notAnExport(cause);
  });
  try {
    const entries = await entriesOf(zip);
    if (entries.length === 0) throw notAnExport();
    const total = entries.reduce((sum, entry) => sum + entry.uncompressedSize, 0);
    if (total > mostUnpackedBytes) throw notAnExport();
    let before = 0;
    for (const entry of entries) {
      const content = await zip.openReadStreamPromise(entry);
      const share = (part: number) => onProgress((before + part * entry.uncompressedSize) / Math.max(total, 1));
      yield* readArray(content, entry.uncompressedSize, share, signal);
      before += entry.uncompressedSize;
    }
  } finally {
    zip.close();
  }
}

function entriesOf(zip: ZipFile): Promise<Entry[]> {
  return new Promise((resolve, reject) => {
    const entries: Entry[] = [];
    zip.on("entry", (entry: Entry) => {
      if (conversationsFile.test(entry.fileName)) entries.push(entry);
      zip.readEntry();
    });
    zip.on("end", () => resolve(entries));
    zip.on("error", (cause: unknown) => reject(notAnExport(cause)));
    zip.readEntry();
  });
}

async function* readArray(
  content: Readable,
  bytes: number,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): AsyncGenerator<ImportedConversation | null> {
  let read = 0;
  let sinceItem = 0;
  const meter = new Transform({
    transform(chunk: Buffer, _, done) {
      read += chunk.length;
      sinceItem += chunk.length;
      if (sinceItem > mostConversationBytes) done(notAnExport());
      else done(null, chunk);
    },
  });
  const items = streamArray.withParserAsStream();
  const flow = pipeline(content, meter, items, { signal });
  // What goes wrong is thrown by the loop below as well.
  flow.catch(() => undefined);
  try {
    for await (const { value } of items as AsyncIterable<{ value: unknown }>) {
      sinceItem = 0;
      onProgress(Math.min(1, read / Math.max(bytes, 1)));
      yield conversationOf(value);
    }
    await flow;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof AppError) throw error;
    throw new AppError("bad_request", {
      message:
        "The file is damaged: it breaks off or is not valid JSON. What came before the damage has been imported.",
      cause: error,
    });
  }
}

function conversationOf(value: unknown): ImportedConversation | null {
  const chatGpt = chatGptConversation.safeParse(value);
  if (chatGpt.success) return readChatGpt(chatGpt.data);
  const claude = claudeConversation.safeParse(value);
  return claude.success ? readClaude(claude.data) : null;
}
