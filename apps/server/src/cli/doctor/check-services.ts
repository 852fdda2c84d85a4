import { existsSync } from "node:fs";
import { checkServerModels } from "@mindmesh/kernel/ai";
import type { Config } from "@mindmesh/kernel/config";
import { openMail } from "@mindmesh/kernel/notify";
import { openBlobStore } from "@mindmesh/kernel/storage";
import { Redis } from "ioredis";
import { type Finding, good, note, problem, reasonOf, withoutPassword } from "./finding.ts";

/** What the configuration names besides the database: Redis, the file store, the mail server, the models. */
export async function checkServices(config: Config): Promise<Finding[]> {
  const found = await Promise.all([
    checkRedis(config.REDIS_URL),
    checkFiles(config),
    checkMail(config),
    checkModels(config),
  ]);
  return found.flat();
}

async function checkRedis(url: string | undefined): Promise<Finding[]> {
  if (url === undefined) return [note("Redis is not set, which is right for one server; several need REDIS_URL")];
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: 3000,
    maxRetriesPerRequest: 0,
    retryStrategy: null,
  });
  let last: unknown;
  redis.on("error", (error) => (last = error));
  const place = withoutPassword(url);
  try {
    await redis.connect();
    const version = /redis_version:(\S+)/.exec(await redis.info("server"))?.[1] ?? "of unknown version";
    const policy = ((await redis.config("GET", "maxmemory-policy").catch(() => [])) as string[])[1];
    if (Number.parseInt(version, 10) < 5) return [problem(`${place}: Redis ${version} is too old`, "Use 6 or newer.")];
    if (policy?.startsWith("allkeys")) {
      return [note(`${place}: Redis ${version} may throw away live messages when it is full (${policy})`)];
    }
    return [good(`${place}: Redis ${version}`)];
  } catch (error) {
    return [problem(`${place}: ${reasonOf(last ?? error)}`, "Start Redis there, correct REDIS_URL, or remove it.")];
  } finally {
    redis.disconnect();
  }
}

async function checkFiles(config: Config): Promise<Finding[]> {
  if (config.S3_BUCKET === undefined && !existsSync(config.dataDirectory)) return []; // nothing is made by looking
  const blobs = openBlobStore(config);
  try {
    await blobs.check();
    return [good(`Files can be stored: ${blobs.describe()}`)];
  } catch (error) {
    const mend =
      config.S3_BUCKET === undefined
        ? "Give the folder to the user who starts Mindmesh, and make room."
        : "Check S3_ENDPOINT, S3_BUCKET, S3_REGION and both keys; the bucket must exist and the key may read, write and delete.";
    return [problem(`Files cannot be stored: ${blobs.describe()}: ${reasonOf(error)}`, mend)];
  }
}

async function checkMail(config: Config): Promise<Finding[]> {
  const mail = openMail(config);
  if (mail === null || config.SMTP_URL === undefined) {
    return [note("No mail is sent (SMTP_URL is not set): invitations and password resets give a link to pass on")];
  }
  try {
    await mail.check();
    return [good(`Mail: ${withoutPassword(config.SMTP_URL)}`)];
  } catch (error) {
    return [problem(`Mail: ${withoutPassword(config.SMTP_URL)}: ${reasonOf(error)}`, "Check SMTP_URL.")];
  } finally {
    mail.close();
  }
}

async function checkModels(config: Config): Promise<Finding[]> {
  const checks = await checkServerModels(config);
  const findings = checks.flatMap(({ label, source, result, message }) => {
    if (result === "ok") return [good(message)];
    if (source === "local" && config.OLLAMA_BASE_URL === undefined) return [];
    const mend = result === "wrong_key" ? "Put a good key into the environment." : "Check its key and address.";
    return [problem(message.includes(label) ? message : `${label}: ${message}`, mend)];
  });
  if (findings.length > 0) return findings;
  return [
    note(
      "The server brings no model",
      "Set a provider's key (for example OPENAI_API_KEY), start Ollama on this machine, or add a key on the page " +
        "under Settings.",
    ),
  ];
}
