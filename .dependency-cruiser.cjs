// The rules of the house (docs/principles.md). `scripts/boundaries-self-test.mjs` plants a violation of each and
// checks that the rule of that name, and no silence, answers.
const ours = "^(apps|packages|products|tools|bench)/";
const productNames = "chat|query|plans|crew|cases";
const source = "/src/";

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: "contracts-import-only-zod",
      comment: "A contract is read by every other room; it depends on nothing but zod and other contracts.",
      severity: "error",
      from: { path: "^packages/contracts/src/" },
      to: { pathNot: ["^packages/contracts/src/", "node_modules/zod/"] },
    },
    {
      name: "ui-knows-no-data",
      comment: "The design system imports nothing of ours.",
      severity: "error",
      from: { path: "^packages/ui/src/" },
      to: { path: ours, pathNot: "^packages/ui/" },
    },
    {
      name: "client-imports-only-contracts",
      severity: "error",
      from: { path: "^packages/client/src/" },
      to: { path: ours, pathNot: "^packages/(client|contracts)/" },
    },
    {
      name: "sandbox-imports-only-contracts",
      comment: "The walls stand alone; who composes them passes in what they need.",
      severity: "error",
      from: { path: "^packages/sandbox/src/" },
      to: { path: ours, pathNot: "^packages/(sandbox|contracts)/" },
    },
    {
      name: "kernel-knows-no-product",
      comment: "Products come and go; the kernel stays.",
      severity: "error",
      from: { path: "^packages/kernel/src/" },
      to: { path: ours, pathNot: `^packages/kernel/|^packages/contracts/src/(?!(${productNames})(/|\\.ts$))` },
    },
    {
      name: "kernel-parts-use-each-other-by-their-index",
      severity: "error",
      from: { path: "^packages/kernel/src/([^/]+)/" },
      to: { path: "^packages/kernel/src/([^/]+)/(?!index\\.ts$)", pathNot: "^packages/kernel/src/$1/" },
    },
    {
      name: "product-imports-kernel-and-own-contract",
      comment: "A product reaches another one only by tool name or by event.",
      severity: "error",
      from: { path: "^products/([^/]+)/src/" },
      to: {
        path: ours,
        pathNot: [
          `^products/$1/`,
          "^packages/(kernel|sandbox)/",
          `^packages/contracts/src/($1(/|\\.ts$)|(?!(${productNames})(/|\\.ts$)))`,
        ],
      },
    },
    {
      name: "web-imports-client-contracts-ui",
      severity: "error",
      from: { path: "^apps/web/src/" },
      to: { path: ours, pathNot: "^apps/web/|^packages/(client|contracts|ui)/" },
    },
    {
      name: "web-products-are-apart",
      severity: "error",
      from: { path: "^apps/web/src/products/([^/]+)/" },
      to: { path: "^apps/web/src/products/", pathNot: "^apps/web/src/products/$1/" },
    },
    {
      name: "server-does-not-reach-the-page",
      severity: "error",
      from: { path: "^apps/server/src/" },
      to: { path: "^apps/web/|^packages/(ui|client)/" },
    },
    {
      name: "source-needs-no-test-tool",
      comment: "What runs in production imports no tool, bench or test.",
      severity: "error",
      from: { path: `^(apps|packages|products)/[^/]+${source}` },
      to: { path: "^(tools|bench)/|^(apps|packages|products)/[^/]+/test/" },
    },
    {
      name: "no-cycles",
      comment: "A cycle hides which part stands on which. Types and what is loaded later on demand may point back.",
      severity: "error",
      from: { path: source },
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only", "dynamic-import"] } },
    },
    {
      name: "no-unlisted-packages",
      comment: "What is imported stands in the package.json of the package that imports it.",
      severity: "error",
      from: { path: source },
      to: { dependencyTypes: ["npm-no-pkg", "npm-unknown"] },
    },
    {
      name: "not-to-unresolvable",
      severity: "error",
      from: { path: source },
      to: { couldNotResolve: true, pathNot: "^virtual:" },
    },
  ],
  options: {
    parser: "tsc",
    tsPreCompilationDeps: true,
    combinedDependencies: false,
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)(dist|node_modules/\\.cache)/" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default", "types"],
      extensions: [".ts", ".tsx", ".mjs", ".js", ".json", ".css"],
    },
  },
};
