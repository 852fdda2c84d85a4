import type { CodeRun } from "@mindmesh/contracts/runs";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { RunStatus } from "../../src/products/chat/code/run-status.tsx";

const place = { workspaceId: "w", conversationId: "c" };
const queued: CodeRun = {
  id: "r",
  conversationId: "c",
  personId: "p",
  origin: "panel",
  messageId: null,
  blockIndex: null,
  language: "python",
  entryName: null,
  sourceHash: "",
  status: "queued",
  queuePosition: 3,
  kernel: null,
  reason: null,
  exitCode: null,
  message: null,
  error: null,
  usage: null,
  driver: null,
  outputLength: 0,
  displayCount: 0,
  revision: 1,
  createdAt: "2026-01-01T00:00:00.000Z",
  startedAt: null,
  finishedAt: null,
};
const words = (run: Partial<CodeRun>) =>
  renderToStaticMarkup(<RunStatus place={place} run={{ ...queued, ...run }} mayStop={false} />)
    .replaceAll(/<svg[\s\S]*?<\/svg>/g, "")
    .replaceAll(/<[^>]+>/g, " ");

describe("how a run stands", () => {
  it("while it waits, with its place in the queue", () => {
    expect(words({})).toContain("Waiting, place 3 in the queue");
  });

  it("at its end, with what of it could not be kept", () => {
    const ended = { status: "finished", finishedAt: "2026-01-01T00:00:02.000Z" } as const;
    expect(words({ ...ended, message: "Finished." })).not.toContain("Finished.");
    const message = "Finished.\nmade.bin could not be kept: The server's disk is full.\nAnother note.";
    expect(words({ ...ended, message })).toMatch(
      /made\.bin could not be kept: The server&#x27;s disk is full\. .*Another note\./,
    );
    const failed = words({ ...ended, status: "failed", message: "Stopped: it ran longer than 60 s.\nA note." });
    expect(failed).toMatch(/it ran longer than 60 s\.\s+A note\./);
  });
});
