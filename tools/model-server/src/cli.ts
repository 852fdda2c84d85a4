import { parseArgs } from "node:util";
import { startModelServer } from "./start.ts";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "11500" },
    host: { type: "string", default: "127.0.0.1" },
    delay: { type: "string", default: "15" },
    key: { type: "string" },
  },
});

const server = await startModelServer({ port: Number(values.port), host: values.host });
server.setBehaviour({ delayMs: Number(values.delay) });
if (values.key !== undefined) server.requireKey(values.key);

console.log(`Model server on ${server.url}

  OPENAI_BASE_URL=${server.baseUrls.openai}
  ANTHROPIC_BASE_URL=${server.baseUrls.anthropic}
  GOOGLE_BASE_URL=${server.baseUrls.google}
  GROQ_BASE_URL=${server.baseUrls.groq}
  MISTRAL_BASE_URL=${server.baseUrls.mistral}

Any key will do${values.key === undefined ? "" : ` as long as it is "${values.key}"`}. Ask for behaviour in a message: [[chunks=200 delay=20 reasoning=1]],
[[sample=markdown]], [[fault=cut after=5 times=1]]. Ctrl-C stops it.`);

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    void server.close().then(() => process.exit(0));
  });
}
