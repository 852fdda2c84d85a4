import { ClientError } from "@mindmesh/client";
import type { DataFile } from "@mindmesh/contracts/query/connections";
import { useEffect, useEffectEvent, useRef, useState } from "react";
import { sendFile } from "../../../files/send-file.ts";
import { dataFileUrl } from "../api.ts";

let count = 0;

export interface FileUpload {
  key: string;
  name: string;
  bytes: number;
  /** Share that has been sent, 0 to 1; 1 while the server looks at it. */
  progress: number;
  /** The file once the server has it. */
  stored: DataFile | null;
  /** Why it was not taken, in plain words. */
  problem: string | null;
}

/**
 * Data files on their way to the server; they stop when the page is left.
 * @param initial those of a connection that is there
 * @param waiting gives files that were dropped before the page was there, once
 */
export function useFileUploads(
  workspaceId: string,
  initial: readonly DataFile[] = [],
  waiting: () => readonly File[] = () => [],
) {
  const [uploads, setUploads] = useState<readonly FileUpload[]>(() => initial.map(asStored));
  const controllers = useRef(new Map<string, AbortController>());
  const takeWaiting = useEffectEvent(() => add(waiting()));
  useEffect(() => {
    const running = controllers.current;
    takeWaiting();
    return () => {
      for (const controller of running.values()) controller.abort();
    };
  }, []);
  const change = (key: string, what: Partial<FileUpload>) =>
    setUploads((all) => all.map((each) => (each.key === key ? { ...each, ...what } : each)));

  async function send(key: string, file: File) {
    const controller = new AbortController();
    controllers.current.set(key, controller);
    try {
      const answer = await sendFile(dataFileUrl(workspaceId, file), file, {
        onProgress: (progress) => change(key, { progress }),
        signal: controller.signal,
      });
      change(key, { stored: answer as DataFile, progress: 1 });
    } catch (error) {
      if (controller.signal.aborted) return;
      if (!(error instanceof ClientError)) throw error;
      change(key, { problem: error.message });
    } finally {
      controllers.current.delete(key);
    }
  }

  function add(files: readonly File[]) {
    const added = files.map((file) => ({ file, key: `upload-${(count += 1)}` }));
    setUploads((all) => [
      ...all,
      ...added.map(({ file: { name, size }, key }) => ({
        key,
        name,
        bytes: size,
        progress: 0,
        stored: null,
        problem: null,
      })),
    ]);
    for (const { file, key } of added) void send(key, file);
  }

  return {
    uploads,
    stored: uploads.flatMap(({ stored }) => stored ?? []),
    busy: uploads.some(({ stored, problem }) => stored === null && problem === null),
    add,
    remove(key: string) {
      controllers.current.get(key)?.abort();
      setUploads((all) => all.filter((each) => each.key !== key));
    },
    rename(key: string, table: string) {
      setUploads((all) =>
        all.map((each) => (each.key === key && each.stored ? { ...each, stored: { ...each.stored, table } } : each)),
      );
    },
  };
}

export type FileUploads = ReturnType<typeof useFileUploads>;

const asStored = (stored: DataFile): FileUpload => ({
  key: stored.fileId,
  name: stored.name,
  bytes: stored.bytes,
  progress: 1,
  stored,
  problem: null,
});

/** The engine that files are opened with; null before there is one. */
export function engineOfFiles(files: readonly DataFile[]): "sqlite" | "duckdb" | null {
  if (files.length === 0) return null;
  return files.every(({ format }) => format === "sqlite") ? "sqlite" : "duckdb";
}
