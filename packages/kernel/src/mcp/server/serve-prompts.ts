import { ProtocolError, ProtocolErrorCode, type Server } from "@modelcontextprotocol/server";
import type { MemberCaller } from "../../http/index.ts";
import type { KeptPrompt, PromptSource } from "../../resources/index.ts";

/** Clients show names as commands: letters, digits and dashes; two of the same name get a number. */
function named(prompts: KeptPrompt[]): Map<string, KeptPrompt> {
  const byName = new Map<string, KeptPrompt>();
  for (const prompt of prompts) {
    const plain = prompt.title
      .normalize("NFKD")
      .replaceAll(/\p{M}+/gu, "")
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, "-")
      .replaceAll(/^-|-$/g, "")
      .slice(0, 60);
    let name = plain || "preset";
    for (let number = 2; byName.has(name); number += 1) name = `${plain || "preset"}-${number}`;
    byName.set(name, prompt);
  }
  return byName;
}

/** The person's presets, to begin with in any client; `request` is what they want with it. */
export function servePrompts(server: Server, sources: readonly PromptSource[], caller: MemberCaller): void {
  const read = async () => named((await Promise.all(sources.map((source) => source.list(caller)))).flat());
  server.setRequestHandler("prompts/list", async () => ({
    prompts: [...(await read())].map(([name, { title, text }]) => ({
      name,
      title,
      description: text.replaceAll(/\s+/g, " ").slice(0, 200),
      arguments: [{ name: "request", description: "What you want with it", required: false }],
    })),
  }));
  server.setRequestHandler("prompts/get", async ({ params }) => {
    const prompt = (await read()).get(params.name);
    if (!prompt) {
      throw new ProtocolError(
        ProtocolErrorCode.InvalidParams,
        `There is no prompt named ${JSON.stringify(params.name)}.`,
      );
    }
    const request = params.arguments?.["request"]?.trim() ?? "";
    const text = request === "" ? prompt.text : `${prompt.text}\n\n${request}`;
    return {
      description: prompt.title,
      messages: [{ role: "user" as const, content: { type: "text" as const, text } }],
    };
  });
}
