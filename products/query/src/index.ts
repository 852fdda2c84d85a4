import type { Product } from "@mindmesh/kernel/product";
import { ingestJob } from "./catalog/ingest.ts";
import { intelligenceRoutesOn } from "./ask/routes.ts";
import { intelligenceTools } from "./ask/tools.ts";
import { tendJob } from "./catalog/read-old-schemas.ts";
import { schemaTools } from "./catalog/schema-tools.ts";
import { connectionFiles } from "./connections/file-grant.ts";
import { reencryptConnections } from "./connections/reencrypt-connections.ts";
import { dashboardRoutesOn } from "./dashboards/routes.ts";
import { scheduleJobs } from "./dashboards/tend-schedules.ts";
import { diagramRoutesOn } from "./diagram/routes.ts";
import { documentationRoutesOn } from "./documentation/routes.ts";
import { mockDataJob } from "./mock-data/run-job.ts";
import { queryPersonData } from "./person-data.ts";
import { queryRoutesOn } from "./routes.ts";
import { startStatements } from "./statements/start-statements.ts";
import { statementTools } from "./statements/tools.ts";
import { sampleShopJob } from "./sample-shop/add-sample-shop.ts";

export const queryMigrations = { schema: "query", folder: new URL("../migrations/", import.meta.url) };

/** Query: databases understood, asked in words or SQL, and never broken by accident. */
export const query: Product = {
  name: "query",
  migrations: queryMigrations,
  start(app, kernel) {
    queryRoutesOn(app, kernel);
    const running = startStatements(app, kernel);
    const intelligence = { ...kernel, statements: running };
    intelligenceRoutesOn(app, intelligence);
    diagramRoutesOn(app, kernel);
    documentationRoutesOn(app, kernel);
    const { mail, log, jobs, config } = kernel;
    const schedules = scheduleJobs({ ...running, mail, log, jobs, publicUrl: config.publicUrl });
    dashboardRoutesOn(app, { ...running, jobs }, schedules);
    return {
      fileGrants: [connectionFiles],
      jobs: [ingestJob(kernel), tendJob(kernel), sampleShopJob(kernel), mockDataJob(kernel), ...schedules.jobs],
      personData: queryPersonData,
      reencrypt: reencryptConnections,
      tools: [...schemaTools(kernel), ...statementTools(running), ...intelligenceTools(intelligence)],
      drain: (seconds) => running.drain(seconds),
    };
  },
};
