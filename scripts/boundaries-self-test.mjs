// Plants one violation of every rule in .dependency-cruiser.cjs and checks that exactly that rule answers: a rule that
// no longer bites fails here. The planted files are gone again afterwards.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { cruise } from "dependency-cruiser";

const config = createRequire(import.meta.url)("../.dependency-cruiser.cjs");
const name = "planted-violation";

/** Rule, folder of the planted file, and what the file holds. */
const plants = [
  ["contracts-import-only-zod", "packages/contracts/src", `import "pg";`],
  ["ui-knows-no-data", "packages/ui/src", `import type {} from "@mindmesh/contracts/chat";`],
  ["client-imports-only-contracts", "packages/client/src", `import "@mindmesh/kernel/db";`],
  ["sandbox-imports-only-contracts", "packages/sandbox/src", `import "@mindmesh/kernel/db";`],
  ["kernel-knows-no-product", "packages/kernel/src/db", `import "@mindmesh/contracts/chat";`],
  ["kernel-knows-no-product", "packages/kernel/src/http", `import "@mindmesh/chat";`],
  ["kernel-parts-use-each-other-by-their-index", "packages/kernel/src/errors", `import "../db/columns.ts";`],
  ["product-imports-kernel-and-own-contract", "products/plans/src", `import "@mindmesh/chat";`],
  ["product-imports-kernel-and-own-contract", "products/chat/src", `import "@mindmesh/client";`],
  [
    "product-imports-kernel-and-own-contract",
    "products/plans/src/board",
    `import type {} from "@mindmesh/contracts/query/engine";`,
  ],
  ["product-imports-kernel-and-own-contract", "products/query/src", `import type {} from "@mindmesh/contracts/chat";`],
  ["web-imports-client-contracts-ui", "apps/web/src", `import type {} from "@mindmesh/kernel/db";`],
  ["web-products-are-apart", "apps/web/src/products/query", `import type {} from "../chat/${name}-target.ts";`],
  ["server-does-not-reach-the-page", "apps/server/src", `import "@mindmesh/ui";`],
  ["source-needs-no-test-tool", "products/chat/src/deeper", `import "@mindmesh/model-server";`],
  ["no-cycles", "packages/kernel/src/observe", `import "./${name}-target.ts";`],
  ["no-unlisted-packages", "packages/kernel/src/limits", `import "react";`],
  ["not-to-unresolvable", "packages/kernel/src/search", `import "./does-not-exist.ts";`],
];
const targets = [
  [`apps/web/src/products/chat/${name}-target.ts`, "export {};"],
  [`packages/kernel/src/observe/${name}-target.ts`, `import "./${name}.ts";`],
];

const made = [];
function plant(path, text) {
  const folder = mkdirSync(dirname(path), { recursive: true });
  made.push(folder ?? path);
  writeFileSync(path, `${text}\n`);
}

const silent = [];
try {
  for (const [path, text] of targets) plant(path, text);
  for (const [, folder, text] of plants) plant(`${folder}/${name}.ts`, text);
  const files = [...plants.map(([, folder]) => `${folder}/${name}.ts`), ...targets.map(([path]) => path)];
  const { output } = await cruise(files, {
    ...config.options,
    validate: true,
    ruleSet: { forbidden: config.forbidden },
  });
  // A cycle is told once, from any of its files.
  const bitten = new Set(
    output.summary.violations.map(({ rule, from }) => `${rule.name} ${from.replace(`${name}-target`, name)}`),
  );
  silent.push(...plants.filter(([rule, folder]) => !bitten.has(`${rule} ${folder}/${name}.ts`)));
} finally {
  for (const path of made.toReversed()) rmSync(path, { recursive: true, force: true });
}
for (const { name: rule } of config.forbidden) {
  if (!plants.some(([planted]) => planted === rule)) silent.push([rule, "any folder: no violation of it is planted"]);
}
for (const [rule, folder] of silent) console.error(`The rule ${rule} does not bite in ${folder}.`);
if (silent.length > 0) process.exit(1);
console.log(`Every rule bites: ${plants.length} planted violations, ${config.forbidden.length} rules.`);
