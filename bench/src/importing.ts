/** A ChatGPT export of 1 GB: how long it takes, and how much memory the server needs for it. */
import { once } from "node:events";
import { createReadStream, createWriteStream, readFileSync } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startBenchServer } from "./running-server.ts";

const gigabytes = Number(process.env["BENCH_IMPORT_GB"] ?? 1);

async function writeExport(path: string): Promise<void> {
  const file = createWriteStream(path);
  const paragraph = "The quick brown fox jumps over the lazy dog while the report is being written. ".repeat(25);
  let written = 0;
  file.write("[");
  for (let n = 0; written < gigabytes * 1e9; n += 1) {
    const mapping: Record<string, object> = {};
    for (let m = 0; m < 40; m += 1) {
      mapping[`${n}-${m}`] = {
        id: `${n}-${m}`,
        parent: m === 0 ? null : `${n}-${m - 1}`,
        message: {
          author: { role: m % 2 === 0 ? "user" : "assistant" },
          create_time: 1.7e9 + m,
          content: { content_type: "text", parts: [paragraph] },
        },
      };
    }
    const text = `${n === 0 ? "" : ","}${JSON.stringify({ conversation_id: `c-${n}`, title: `Talk ${n}`, create_time: 1.7e9, current_node: `${n}-39`, mapping })}`;
    written += text.length;
    if (!file.write(text)) await once(file, "drain");
  }
  file.end("]");
  await once(file, "finish");
}

/** `VmRSS` is what the process holds now; `VmHWM` is the most it has ever held, kept by the kernel. */
const residentMegabytes = (pid: number, which: "VmRSS" | "VmHWM") =>
  Number(new RegExp(`^${which}:\\s+(\\d+)`, "m").exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024;

/** Prints the figures. */
export async function importing(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "mindmesh-import-"));
  const path = join(folder, "conversations.json");
  await writeExport(path);
  const server = await startBenchServer("embedded");
  const [person] = await server.people(1);
  const base = `${server.url}/api/workspaces/${person?.workspaceId}/chat/imports`;
  const pid = server.process.pid ?? 0;
  const before = residentMegabytes(pid, "VmRSS");
  const begun = performance.now();
  const uploaded = await fetch(`${base}?name=conversations.json`, {
    method: "POST",
    headers: { ...person?.headers, "content-length": String((await stat(path)).size) },
    body: createReadStream(path) as unknown as ReadableStream,
    duplex: "half",
  });
  if (!uploaded.ok) throw new Error(await uploaded.text());
  const uploadSeconds = (performance.now() - begun) / 1000;
  const afterUpload = residentMegabytes(pid, "VmHWM");
  for (;;) {
    const { items } = (await (await fetch(base, { headers: person?.headers ?? {} })).json()) as {
      items: { state: string; conversationsAdded: number; messagesAdded: number; error: string | null }[];
    };
    const [state] = items;
    if (state && !["waiting", "running"].includes(state.state)) {
      const seconds = (performance.now() - begun) / 1000 - uploadSeconds;
      console.log(
        `${gigabytes} GB: uploaded in ${uploadSeconds.toFixed(1)} s, imported in ${seconds.toFixed(1)} s (${state.state}, ${state.conversationsAdded} conversations, ${state.messagesAdded} messages)${state.error ?? ""}`,
      );
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  console.log(
    `server memory: ${before.toFixed(0)} MB before, at most ${afterUpload.toFixed(0)} MB by the end of the upload ` +
      `and ${residentMegabytes(pid, "VmHWM").toFixed(0)} MB by the end of the import`,
  );
  await server.close();
  await rm(folder, { recursive: true, force: true });
}
