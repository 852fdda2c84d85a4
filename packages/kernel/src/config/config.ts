import { isIP } from "node:net";
import { isAbsolute, resolve } from "node:path";
import { z } from "zod";
import { readAllowance } from "../outbound/index.ts";
import { StartError } from "../db/index.ts";

const url = (schemes: string[]) =>
  z.string().refine(
    (text) => {
      const parsed = URL.parse(text);
      return parsed !== null && schemes.includes(parsed.protocol.replace(":", ""));
    },
    `must be a URL that begins with ${schemes.map((scheme) => `${scheme}://`).join(" or ")}`,
  );

const http = url(["http", "https"]);

const secretKey = z
  .string()
  .min(32, "must have at least 32 characters; make one with: openssl rand -base64 32")
  .optional();

/** An IP address, or a host name whose last label is not a number (that would be an address with a mistake in it). */
function isHost(text: string): boolean {
  return isIP(text) !== 0 || /^([a-z\d]([\w-]*[a-z\d])?\.)*(?!\d+$)[a-z\d]([\w-]*[a-z\d])?$/i.test(text);
}

/** What Fastify takes as `trustProxy`: an address, a range of them, or the name of one. */
function isProxy(text: string): boolean {
  if (["loopback", "linklocal", "uniquelocal"].includes(text)) return true;
  const [address = "", prefix, ...more] = text.split("/");
  const version = isIP(address);
  if (version === 0 || more.length > 0) return false;
  return (
    prefix === undefined ||
    (/^\d{1,3}$/.test(prefix) && Number(prefix) > 0 && Number(prefix) <= (version === 4 ? 32 : 128))
  );
}

const environment = z.object({
  PORT: z.coerce.number("must be a number").int().min(0).max(65_535).default(3000),
  HOST: z
    .string()
    .refine(isHost, "must be an address or a name of this machine, such as 127.0.0.1; 0.0.0.0 and :: are all of them")
    .default("127.0.0.1"),
  PUBLIC_URL: http.optional(),
  DATA_DIR: z.string().default("./data"),
  DATABASE_URL: url(["postgres", "postgresql"]).optional(),
  DATABASE_DIRECT_URL: url(["postgres", "postgresql"]).optional(),
  DATABASE_REPLICA_URLS: z
    .string()
    .transform((text) =>
      text
        .split(",")
        .map((each) => each.trim())
        .filter(Boolean),
    )
    .pipe(z.array(url(["postgres", "postgresql"])))
    .default([]),
  REDIS_URL: url(["redis", "rediss"]).optional(),
  ROLE: z.enum(["all", "api", "worker"], "must be all, api or worker").default("all"),
  SECRET_KEY: secretKey,
  SECRET_KEY_PREVIOUS: secretKey,
  OUTBOUND_ALLOW_PRIVATE: z
    .string()
    .superRefine((list, context) => {
      try {
        readAllowance(list);
      } catch (error) {
        context.addIssue({ code: "custom", message: `is not right: ${(error as Error).message}` });
      }
    })
    .optional(),
  MCP_STDIO_SERVERS: z
    .string()
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text);
      } catch {
        context.addIssue({ code: "custom", message: "must be JSON" });
        return z.NEVER;
      }
    })
    .pipe(
      z.record(
        z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, "names a program with other signs than a-z, 0-9 and -"),
        z.strictObject({
          command: z.string().refine(isAbsolute, "must give each command as an absolute path"),
          args: z.array(z.string()).default([]),
          env: z.array(z.string().regex(/^[A-Za-z_]\w*$/)).default([]),
        }),
      ),
    )
    .default({}),
  CALLS_PER_MINUTE: z.coerce.number("must be a number").int().min(1).default(100),
  CODE_IMAGE: z
    .string()
    .regex(/^[\w][\w./:@-]*$/, "must name an image, such as mindmesh-code:1")
    .optional(),
  CODE_ENGINE_SOCKET: z.string().refine(isAbsolute, "must be an absolute path").default("/var/run/docker.sock"),
  CODE_RUNS_AT_ONCE: z.coerce.number("must be a number").int().min(1).max(64).default(4),
  S3_ENDPOINT: http.optional(),
  S3_BUCKET: z.string().optional(),
  S3_ACCESS_KEY_ID: z.string().optional(),
  S3_SECRET_ACCESS_KEY: z.string().optional(),
  S3_REGION: z.string().default("auto"),
  SMTP_URL: url(["smtp", "smtps"]).optional(),
  MAIL_FROM: z
    .string()
    .regex(/^[^<>\r\n]*<[^<>\s@]+@[^<>\s@]+>$|^[^<>\s@]+@[^<>\s@]+$/, "must be an e-mail address, or: Name <address>")
    .optional(),
  GOOGLE_CLIENT_ID: z.string().optional(),
  GOOGLE_CLIENT_SECRET: z.string().optional(),
  GITHUB_CLIENT_ID: z.string().optional(),
  GITHUB_CLIENT_SECRET: z.string().optional(),
  GITHUB_URL: http.default("https://github.com"),
  OIDC_ISSUER: http.optional(),
  OIDC_CLIENT_ID: z.string().optional(),
  OIDC_CLIENT_SECRET: z.string().optional(),
  OIDC_NAME: z.string().max(40, "must have at most 40 characters").optional(),
  SENTRY_DSN: http.optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: http.optional(),
  METRICS_TOKEN: z.string().min(16, "must have at least 16 characters").optional(),
  TRUSTED_PROXIES: z
    .string()
    .refine(
      (list) => list.split(",").every((each) => isProxy(each.trim())),
      "must be loopback, linklocal, uniquelocal, addresses or ranges such as 10.0.0.0/8, separated by commas",
    )
    .default("loopback"),
  LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"]).default("info"),
  OPENAI_API_KEY: z.string().optional(),
  OPENAI_BASE_URL: http.optional(),
  ANTHROPIC_API_KEY: z.string().optional(),
  ANTHROPIC_BASE_URL: http.optional(),
  GOOGLE_GENERATIVE_AI_API_KEY: z.string().optional(),
  GEMINI_API_KEY: z.string().optional(),
  GOOGLE_BASE_URL: http.optional(),
  GROQ_API_KEY: z.string().optional(),
  GROQ_BASE_URL: http.optional(),
  MISTRAL_API_KEY: z.string().optional(),
  MISTRAL_BASE_URL: http.optional(),
  OLLAMA_BASE_URL: http.optional(),
  OPENAI_COMPATIBLE_API_KEY: z.string().optional(),
  OPENAI_COMPATIBLE_BASE_URL: http.optional(),
});

type Given = Record<string, string | undefined>;

const togetherOrNotAtAll = [
  ["GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET"],
  ["GITHUB_CLIENT_ID", "GITHUB_CLIENT_SECRET"],
  ["OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"],
];

/**
 * Settings that do not go together, one line each. It looks at the values as they are given: Zod runs no check across
 * settings while one of them has a mistake of its own, and then not all mistakes would be told at once.
 */
function mistakesAcross(given: Given): string[] {
  const mistakes: string[] = [];
  const s3 = ["S3_BUCKET", "S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY"];
  if ([...s3, "S3_ENDPOINT"].some((name) => given[name] !== undefined)) {
    for (const name of s3.filter((each) => given[each] === undefined)) {
      mistakes.push(`${name} is missing, while other S3_ settings are given`);
    }
  }
  for (const names of togetherOrNotAtAll) {
    const present = names.filter((name) => given[name] !== undefined);
    if (present.length === 0) continue;
    for (const name of names.filter((each) => given[each] === undefined)) {
      mistakes.push(`${name} is missing, while ${present.join(" and ")} is given`);
    }
  }
  if (given["DATABASE_URL"] === undefined) {
    for (const name of ["DATABASE_DIRECT_URL", "DATABASE_REPLICA_URLS"]) {
      if (given[name] !== undefined) mistakes.push(`${name} is given without DATABASE_URL`);
    }
    if (given["ROLE"] === "api" || given["ROLE"] === "worker") {
      mistakes.push(`ROLE ${given["ROLE"]} needs DATABASE_URL: the embedded database belongs to one server`);
    }
  }
  return mistakes;
}

/** Everything that the operator decides, read once at start. Names are those of the environment. */
export type Config = z.infer<typeof environment> & {
  dataDirectory: string;
  publicUrl: string;
  /** MCP_STDIO_SERVERS with the values of the variables that it names. */
  mcpPrograms: Record<string, { command: string; args: string[]; environment: Record<string, string> }>;
};

/**
 * Reads and checks the environment; empty values count as not given.
 * @throws StartError whose message lists every mistake, one per line
 */
export function readConfig(source: Given): Config {
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== undefined && value !== ""));
  const parsed = environment.safeParse(given);
  const mistakes = [
    ...(parsed.error?.issues ?? []).map((issue) => `${String(issue.path[0])} ${issue.message}`),
    ...mistakesAcross(given),
  ];
  if (!parsed.success || mistakes.length > 0) {
    const lines = mistakes.map((mistake) => `\n  ${mistake}`).join("");
    throw new StartError(
      `The environment has ${mistakes.length === 1 ? "a mistake" : `${mistakes.length} mistakes`}:${lines}`,
    );
  }
  const env = parsed.data;
  return {
    ...env,
    mcpPrograms: Object.fromEntries(
      Object.entries(env.MCP_STDIO_SERVERS).map(([name, { command, args, env: names }]) => {
        const environment = Object.fromEntries(names.flatMap((each) => (given[each] ? [[each, given[each]]] : [])));
        return [name, { command, args, environment }];
      }),
    ),
    dataDirectory: resolve(env.DATA_DIR),
    publicUrl: (env.PUBLIC_URL ?? `http://localhost:${env.PORT}`).replace(/\/$/, ""),
  };
}
