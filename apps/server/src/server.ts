import { hostname } from "node:os";
import cookie from "@fastify/cookie";
import {
  modelJobs,
  modelPersonData,
  modelRoutesOn,
  moneyRoutesOn,
  preparedAnswerJob,
  preparedAnswerRoutesOn,
  openGateway,
  reencryptProviderKeys,
  routingRoutesOn,
  type TimeLimits,
} from "@mindmesh/kernel/ai";
import type { RouteDefinition } from "@mindmesh/contracts/route";
import type { Config } from "@mindmesh/kernel/config";
import { checkMigrations, kernelMigrations, migrate, newId, openDatabase } from "@mindmesh/kernel/db";
import { handleErrors, readJson } from "@mindmesh/kernel/http";
import { auditRoutesOn } from "@mindmesh/kernel/audit";
import {
  accessCookie,
  authenticate,
  configuredProviders,
  identityJobs,
  identityRoutesOn,
  keepApiKeys,
  memberOf,
  queueMails,
  reencryptSecondFactors,
  withdrawn,
} from "@mindmesh/kernel/identity";
import { jobRoutesOn, openJobs } from "@mindmesh/kernel/jobs";
import { createRateLimit, defaultLimits } from "@mindmesh/kernel/limits";
import { notificationJobs, notificationPersonData, notificationRoutesOn, openMail } from "@mindmesh/kernel/notify";
import type { ErrorReports, Logger } from "@mindmesh/kernel/observe";
import { openOutbound } from "@mindmesh/kernel/outbound";
import { eventJobs, openNotifications, openRealtime } from "@mindmesh/kernel/realtime";
import { deriveKey, loadMasterKeys, openSecrets, reencryptOnce } from "@mindmesh/kernel/secrets";
import { registerServer } from "@mindmesh/kernel/servers";
import {
  defaultUploadLimits,
  fileJobs,
  filePersonData,
  fileRoutesOn,
  fileResources,
  fileTools,
  openBlobStore,
} from "@mindmesh/kernel/storage";
import { callerOfToken, mcpResource, oauthJobs, oauthRoutesOn, programPersonData } from "@mindmesh/kernel/oauth";
import { mcpRoutesOn, outsideMcpRoutesOn, outsideTools, reencryptMcpTokens, watchServers } from "@mindmesh/kernel/mcp";
import { storedResponseJobs, storedResponsePersonData, v1RoutesOn } from "@mindmesh/kernel/v1";
import {
  type Tools,
  notificationTools,
  openTools,
  toolJobs,
  toolPersonData,
  toolRoutesOn,
} from "@mindmesh/kernel/tools";
import Fastify, { type FastifyInstance, LogController } from "fastify";
import { serializerCompiler, validatorCompiler } from "fastify-type-provider-zod";
import { Redis } from "ioredis";
import { v7 as uuidv7 } from "uuid";
import { trackRequests } from "./drain.ts";
import { observeServer } from "./observe-server.ts";
import { serveOpenApi } from "./open-api.ts";
import { type ServerSandbox, openSandboxLater } from "./open-sandbox-later.ts";
import { productMigrations, productsWith } from "./products.ts";
import { allowedOrigin, protect } from "./security.ts";
import { serveWatchingOnly } from "./serve-watching-only.ts";
import { version } from "./version.ts";
import { inlineOfPage, serveWeb } from "./web.ts";

export interface RunningServer {
  /** Every route that is served, for tests that walk them. */
  routes: { method: string; url: string; config: { contract?: RouteDefinition } }[];
  /** Where it listens, such as `http://127.0.0.1:3000`. */
  url: string;
  /** Names this process in rows that it sees to. */
  serverId: string;
  /** Takes tools of tests' own. */
  tools: Pick<Tools, "add">;
  /** Finishes or hands over what runs, then closes everything. */
  close(): Promise<void>;
}

/** Seconds that running answers, and then requests, get at a stop before they are cut off. */
const drainSeconds = 10;

/**
 * Migrates the database and serves kernel and products on one port.
 * @param databaseUrl the PostgreSQL to use: the embedded one's or DATABASE_URL
 */
export async function startServer(
  config: Config,
  log: Logger,
  databaseUrl: string,
  settings: { alone: boolean; reports?: ErrorReports; sandbox?: ServerSandbox; modelLimits?: Partial<TimeLimits> },
): Promise<RunningServer> {
  const serverId = uuidv7();
  const onError = (error: unknown) => {
    log.error({ err: error }, "a background part failed");
    settings.reports?.capture(error, { kind: "background" });
  };
  const migrations = [kernelMigrations, ...productMigrations];
  // What a pool in transaction mode cannot carry: locks of a session, and LISTEN.
  const directUrl = config.DATABASE_DIRECT_URL ?? databaseUrl;
  await migrate(directUrl, migrations);
  const db = openDatabase({ url: databaseUrl, replicaUrls: config.DATABASE_REPLICA_URLS, onConnectionError: onError });
  const redis = config.REDIS_URL === undefined ? null : new Redis(config.REDIS_URL, { maxRetriesPerRequest: 2 });
  redis?.on("error", onError);
  const masterKeys = await loadMasterKeys(config);
  const accessKey = deriveKey(masterKeys[0], "access-token");
  const secrets = openSecrets(masterKeys);
  const outbound = openOutbound({ allowPrivate: config.OUTBOUND_ALLOW_PRIVATE });
  const observed = await observeServer({ config, serverId, db, reports: settings.reports });
  const notifications = await openNotifications(directUrl, onError);
  const mail = openMail(config);
  const ai = openGateway({
    db,
    settings: config,
    secrets,
    outbound,
    onError,
    serverId,
    notifications,
    mail,
    redis,
    registry: observed.metrics.registry,
    ...(settings.modelLimits && { limits: settings.modelLimits }),
  });
  const apiKeys = keepApiKeys(db, notifications, onError);
  const registration = await registerServer(db, {
    id: serverId,
    role: config.ROLE,
    alone: settings.alone,
    onError,
  });

  const blobs = openBlobStore(config);
  const jobs = await openJobs({ db, notifications, role: config.ROLE, alone: settings.alone, onError });

  const app = Fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: newId,
    requestIdHeader: false,
    trustProxy: config.TRUSTED_PROXIES,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 200 },
  }) as unknown as FastifyInstance;
  const routes: RunningServer["routes"] = [];
  app.addHook("onRoute", ({ method, url, config }) => {
    for (const each of [method].flat()) routes.push({ method: each, url, config: config ?? {} });
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  observed.requestsOf(app);
  handleErrors(app);
  readJson(app);
  protect(app, config.publicUrl, inlineOfPage());
  if (config.ROLE === "worker") serveWatchingOnly(app);
  await app.register(cookie);
  app.decorateRequest("caller", null);
  app.decorate("authentication", {
    caller: (request, workspaceId) =>
      authenticate(
        db,
        accessKey,
        { authorization: request.headers.authorization, accessCookie: request.cookies[accessCookie] },
        workspaceId,
        apiKeys.callerOf,
      ),
    program: async (request) => {
      const { authorization } = request.headers;
      const token = authorization?.match(/^Bearer (.+)$/i)?.[1] ?? "";
      return (
        (await callerOfToken(db, mcpResource(config.publicUrl), token)) ??
        authenticate(db, accessKey, { authorization })
      );
    },
    member: (caller, workspaceId) => memberOf(db, caller, workspaceId),
  });
  app.decorate("rateLimit", createRateLimit(redis, { ...defaultLimits, calls: config.CALLS_PER_MINUTE }));
  await serveOpenApi(app, config.publicUrl);

  const realtime = openRealtime({
    http: app.server,
    db,
    notifications,
    redis,
    letsIn: config.ROLE !== "worker",
    authenticate: (request) =>
      authenticate(db, accessKey, {
        authorization: request.headers.authorization,
        accessCookie: app.parseCookie(request.headers.cookie ?? "")[accessCookie],
      }),
    member: (caller, workspaceId) => memberOf(db, caller, workspaceId),
    withdrawn: (connections) => withdrawn(db, connections),
    allowedOrigin: (origin, host) => allowedOrigin(config.publicUrl, origin, host),
    onError,
  });

  const readiness = observed.routesOn(app, {
    checks: {
      database: () => db.pool.query("SELECT 1"),
      migrations: () => checkMigrations(db, migrations),
      ...(redis && { redis: () => redis.ping() }),
    },
    about: { host: hostname(), server: serverId },
    realtime,
    jobs,
  });
  const requests = trackRequests(app, readiness);
  jobRoutesOn(app, jobs);
  v1RoutesOn(app, { db, gateway: ai, secrets, outbound });
  moneyRoutesOn(app, { db, forgetMoney: ai.forgetMoney });
  routingRoutesOn(app, { db, gateway: ai });
  preparedAnswerRoutesOn(app, { db, gateway: ai, jobs });
  modelRoutesOn(app, { db, gateway: ai, secrets, outbound, settings: config });
  const tools = openTools({ db, notifications, serverId, onError });
  toolRoutesOn(app, { db, tools });
  notificationRoutesOn(app, db);
  const files = fileJobs({
    db,
    blobs,
    jobs,
    onUnreadable: (file, reason) => log.warn({ file, reason }, "a file could not be read"),
  });
  const kernel = {
    config,
    db,
    log,
    secrets,
    outbound,
    mail,
    realtime,
    notifications,
    jobs,
    blobs,
    enqueueProcessing: files.enqueueProcessing,
    serverId,
    ai,
    tools,
  };
  const sandbox = settings.sandbox ?? openSandboxLater(config, outbound, log);
  const running = productsWith({ sandbox }).map((product) => product.start(app, kernel));
  tools.add(running.flatMap((product) => product.tools ?? []));
  const parts = [
    filePersonData,
    modelPersonData,
    toolPersonData,
    notificationPersonData,
    storedResponsePersonData,
    programPersonData,
    ...running.flatMap((product) => product.personData ?? []),
  ];
  identityRoutesOn(app, {
    db,
    keys: {
      access: accessKey,
      device: deriveKey(masterKeys[0], "device-cookie"),
      provider: deriveKey(masterKeys[0], "provider-cookie"),
    },
    secrets,
    realtime: {
      ...realtime,
      // Whatever ends a connection ends what is kept of its key, before the request that did it is answered.
      disconnect(target) {
        if (!("sessionId" in target)) apiKeys.forget(target);
        realtime.disconnect(target);
      },
    },
    forgetKeys: apiKeys.forget,
    mails: mail && queueMails(jobs),
    publicUrl: config.publicUrl,
    providers: configuredProviders(config),
    jobs,
    blobs,
    parts,
  });
  auditRoutesOn(app, db);
  oauthRoutesOn(app, {
    db,
    cookieKey: deriveKey(masterKeys[0], "oauth-cookie"),
    publicUrl: config.publicUrl,
    outbound,
    onError,
  });
  const outside = outsideTools({ db, secrets, outbound, programs: config.mcpPrograms, notifications });
  tools.addSource(outside);
  outsideMcpRoutesOn(app, { db, secrets, outbound, programs: config.mcpPrograms, forget: outside.forget });
  // Those who work in the background listen; what they hear all servers know.
  const watch = config.ROLE === "api" ? null : watchServers({ db, secrets, outbound, notifications });
  const grants = running.flatMap((product) => product.fileGrants ?? []);
  tools.add([...fileTools({ db, grants }), ...notificationTools(db)]);
  const resources = [...running.flatMap((product) => product.resources ?? []), fileResources({ db, blobs, grants })];
  const prompts = running.flatMap((product) => product.prompts ?? []);
  mcpRoutesOn(app, { db, tools, resources, prompts, version, publicUrl: config.publicUrl, notifications, onError });
  fileRoutesOn(app, {
    db,
    blobs,
    limits: defaultUploadLimits,
    enqueueProcessing: files.enqueueProcessing,
    grants,
  });
  const { publicUrl } = config;
  await jobs.start([
    ...identityJobs({ db, mail, publicUrl, blobs, parts }),
    ...files.definitions,
    ...toolJobs(db),
    ...notificationJobs(db),
    ...eventJobs(db),
    ...modelJobs(db),
    preparedAnswerJob({ db, gateway: ai }),
    ...storedResponseJobs(db),
    ...oauthJobs(db),
    ...running.flatMap((product) => product.jobs ?? []),
  ]);
  // A new SECRET_KEY takes over here; what no key opens is told, and stays as it is.
  await reencryptOnce(db, secrets, masterKeys, [
    reencryptProviderKeys,
    reencryptSecondFactors,
    reencryptMcpTokens,
    ...running.flatMap((product) => product.reencrypt ?? []),
  ]).catch(onError);
  await serveWeb(app);
  const url = await app.listen({ port: config.PORT, host: config.HOST });
  void sandbox.open().catch(() => undefined);

  return {
    routes,
    url,
    serverId,
    tools,
    async close() {
      readiness.drain();
      await Promise.all([...running.map((product) => product.drain(drainSeconds)), jobs.stop(drainSeconds * 1000)]);
      await watch?.close();
      await tools.close();
      await sandbox.close();
      await ai.close();
      await outbound.close();
      mail?.close();
      // Ends only when no connection is left; those without a request, such as a browser's spare one, are closed by `app`.
      const quiet = realtime.close();
      await requests.settled(drainSeconds);
      await app.close();
      await quiet;
      await registration.close();
      await notifications.close();
      redis?.disconnect();
      await db.close();
      await observed.close();
    },
  };
}
