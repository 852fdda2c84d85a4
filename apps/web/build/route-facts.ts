import { pathToFileURL } from "node:url";
import type { RouteDefinition } from "@mindmesh/contracts/route";
import type { Plugin } from "vite";

const contract = /^@mindmesh\/contracts\/[\w/-]+$/;
const suffix = "?facts";

const isRoute = (value: unknown): value is RouteDefinition =>
  typeof value === "object" && value !== null && "method" in value && "path" in value;

/** What a client needs to know of a route: no schema, so answers are taken as the server's contract made them. */
function factsOf({ method, path, body, response }: RouteDefinition) {
  const answer = typeof response === "string" ? JSON.stringify(response) : "asItCame";
  const has = body === undefined ? "undefined" : body === "raw" ? '"raw"' : '"json"';
  return `{ method: ${JSON.stringify(method)}, path: ${JSON.stringify(path)}, body: ${has}, response: ${answer} }`;
}

/**
 * Gives every `api.ts` of the page its routes without their Zod schemas, in a build: the server has validated what it
 * answers by the same contract, and Zod would be a sixth of the first load. Forms import the schemas themselves.
 */
export function routeFacts(): Plugin {
  return {
    name: "mindmesh-route-facts",
    apply: "build",
    enforce: "pre",
    async resolveId(source, importer) {
      if (!contract.test(source) || !importer || !/\/src\/(?:.+\/)?api\.ts$/.test(importer)) return null;
      const resolved = await this.resolve(source, importer, { skipSelf: true });
      return resolved ? `${resolved.id}${suffix}` : null;
    },
    async load(id) {
      if (!id.endsWith(suffix)) return null;
      const file = id.slice(0, -suffix.length);
      this.addWatchFile(file);
      const module = (await import(pathToFileURL(file).href)) as Record<string, unknown>;
      const tables = Object.entries(module).filter(
        ([, value]) => typeof value === "object" && value !== null && Object.values(value).some(isRoute),
      );
      return [
        "const asItCame = { parse: (answer) => answer };",
        ...tables.map(([name, routes]) => {
          const entries = Object.entries(routes as Record<string, RouteDefinition>);
          return `export const ${name} = { ${entries.map(([key, route]) => `${key}: ${factsOf(route)}`).join(", ")} };`;
        }),
      ].join("\n");
    },
  };
}
