import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import type { Plugin } from "vite";

const contract = /^@mindmesh\/contracts\/[\w/-]+$/;
const suffix = "?values";

/** Whether a value of a contract is a schema, or has one in it, as a table of routes does. */
function needsZod(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return "_zod" in value || Object.values(value).some(needsZod);
}

/**
 * Gives a page that takes only plain values and functions of a contract (the list of roles, what a role may do) a copy
 * of the contract's module without its schemas, in a build, and so without Zod: a bundler keeps all of a module
 * together, and keeps every call at its top, since a call might do something. Here it makes a schema and nothing else.
 */
export function contractParts(): Plugin {
  return {
    name: "mindmesh-contract-parts",
    apply: "build",
    resolveId: {
      // Before Vite, which would take the copy's neighbours for the modules themselves.
      order: "pre",
      async handler(source, importer) {
        const asked = source.replace(suffix, "");
        const beside = importer?.endsWith(suffix) && source.startsWith(".");
        if (asked === source && !beside) return null;
        const resolved = await this.resolve(asked, importer?.replace(suffix, ""), { skipSelf: true });
        return resolved ? `${resolved.id}${suffix}` : null;
      },
    },
    async load(id) {
      return id.endsWith(suffix) ? readFile(id.slice(0, -suffix.length), "utf8") : null;
    },
    async transform(code, id) {
      if (id.endsWith(suffix)) {
        let marked = "";
        let end = 0;
        for (const statement of this.parse(code).body) {
          const declaration = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
          if (declaration?.type !== "VariableDeclaration") continue;
          for (const { init } of declaration.declarations) {
            if (init?.type !== "CallExpression" && init?.type !== "ObjectExpression") continue;
            marked += `${code.slice(end, init.start)}/* @__PURE__ */ (() => (${code.slice(init.start, init.end)}))()`;
            end = init.end;
          }
        }
        return { code: marked + code.slice(end), map: null };
      }
      if (!id.includes("/apps/web/src/") || !code.includes("@mindmesh/contracts/")) return null;
      let changed = "";
      let end = 0;
      for (const statement of this.parse(code).body) {
        if (statement.type !== "ImportDeclaration" || !contract.test(statement.source.value)) continue;
        const resolved = await this.resolve(statement.source.value, id, { skipSelf: true });
        if (!resolved || resolved.id.includes("?")) continue;
        const module = (await import(pathToFileURL(resolved.id).href)) as Record<string, unknown>;
        const names = statement.specifiers.map((each) =>
          each.type === "ImportSpecifier" && each.imported.type === "Identifier" ? each.imported.name : "",
        );
        if (names.some((name) => !(name in module) || needsZod(module[name]))) continue;
        changed += `${code.slice(end, statement.source.end - 1)}${suffix}`;
        end = statement.source.end - 1;
      }
      return end === 0 ? null : { code: changed + code.slice(end), map: null };
    },
  };
}
