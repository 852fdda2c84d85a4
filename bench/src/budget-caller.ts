// One server of the bench `budget`: a gateway in a process of its own. Says "ready", waits for "go", makes its calls all at
// once and says how they ended.
import { AppError } from "@mindmesh/kernel/errors";
import { openDatabase } from "@mindmesh/kernel/db";
import { openGateway } from "@mindmesh/kernel/ai";
import { openOutbound } from "@mindmesh/kernel/outbound";
import { openSecrets } from "@mindmesh/kernel/secrets";
import { openNotifications } from "@mindmesh/kernel/realtime";
import { registerServer } from "@mindmesh/kernel/servers";
import { v7 as uuidv7 } from "uuid";

const [url = "", modelUrl = "", workspaceId = "", userId = "", calls = "0"] = process.argv.slice(2);
const db = openDatabase({ url });
const outbound = openOutbound();
const serverId = uuidv7();
const onError = (error: unknown) => console.error(error);
const registration = await registerServer(db, { id: serverId, role: "all", alone: false, onError });
const notifications = await openNotifications(url, onError);
const gateway = openGateway({
  db,
  notifications,
  outbound,
  serverId,
  onError,
  secrets: openSecrets(["a master key that is only for benches"]),
  settings: { OPENAI_API_KEY: "sk-bench", OPENAI_BASE_URL: `${modelUrl}/v1`, OLLAMA_BASE_URL: "http://127.0.0.1:1" },
});

async function call(): Promise<"answered" | "refused"> {
  const messages = [{ role: "user" as const, content: "Hello" }];
  try {
    const request = { workspaceId, userId, product: "bench", model: "openai/priced", messages, maxOutputTokens: 1000 };
    for await (const _ of gateway.stream(request));
    return "answered";
  } catch (error) {
    if (error instanceof AppError && error.code === "budget_exhausted") return "refused";
    throw error;
  }
}

process.once("message", () => {
  void Promise.all(Array.from({ length: Number(calls) }, call)).then(async (results) => {
    await gateway.close();
    await notifications.close();
    await registration.close();
    await outbound.close();
    await db.close();
    process.send?.({
      answered: results.filter((result) => result === "answered").length,
      refused: results.filter((result) => result === "refused").length,
    });
    process.disconnect();
  });
});
process.send?.("ready");
