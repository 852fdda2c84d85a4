import { api } from "./api.ts";
import { authentication } from "./authentication.ts";
import { budget } from "./budget.ts";
import { drawing } from "./drawing.ts";
import { fanOut } from "./fan-out.ts";
import { gateway } from "./gateway.ts";
import { importing } from "./importing.ts";
import { mcpConformance } from "./mcp-conformance.ts";
import { page } from "./page.ts";
import { queryGuard } from "./query-guard.ts";
import { queryResults } from "./query-results.ts";
import { queryMockData } from "./query-mock-data.ts";
import { querySchema } from "./query-schema.ts";
import { queryEngines } from "./query-engines.ts";
import { queryDiagram } from "./query-diagram.ts";
import { queryRetrieval } from "./query-retrieval.ts";
import { sandbox } from "./sandbox.ts";
import { search } from "./search.ts";
import { start } from "./start.ts";
import { streaming } from "./streaming.ts";

const benches: Record<string, () => Promise<void>> = {
  start,
  api,
  authentication,
  streaming,
  drawing,
  "fan-out": fanOut,
  gateway,
  search,
  "query-schema": querySchema,
  "mcp-conformance": mcpConformance,
  page,
  import: importing,
  budget,
  sandbox,
  "query-diagram": queryDiagram,
  "query-guard": queryGuard,
  "query-results": queryResults,
  "query-mock-data": queryMockData,
  "query-engines": queryEngines,
  "query-retrieval": queryRetrieval,
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in benches));
if (unknown.length > 0) {
  console.error(`There is no bench ${unknown.join(", ")}. There are: ${Object.keys(benches).join(", ")}.`);
  process.exit(1);
}
for (const name of asked.length === 0 ? Object.keys(benches) : asked) {
  console.log(`\n# ${name}`);
  await benches[name]?.();
}
process.exit(0);
