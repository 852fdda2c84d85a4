import { createHash } from "node:crypto";
import type { Plugin } from "vite";

const hashOf = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/** Radix Select puts exactly this <style> beside its list; test/policy.test.ts opens one under the policy. */
const radixSelectStyle =
  "[data-radix-select-viewport]{scrollbar-width:none;-ms-overflow-style:none;-webkit-overflow-scrolling:touch;}[data-radix-select-viewport]::-webkit-scrollbar{display:none}";

/**
 * Writes dist/policy.json: the Content-Security-Policy sources of everything inline in index.html, so that the server
 * allows exactly those and nothing else inline: `{ "script-src": ["'sha256-...'"], "style-src": ["'sha256-...'"] }`.
 */
export function policy(): Plugin {
  return {
    name: "mindmesh-policy",
    apply: "build",
    enforce: "post",
    generateBundle(_, bundle) {
      const page = bundle["index.html"];
      if (page?.type !== "asset") throw new Error("the build has no index.html");
      const html = String(page.source);
      const inline = (tag: string) =>
        [...html.matchAll(new RegExp(`<${tag}>([^]*?)</${tag}>`, "g"))].map((match) => hashOf(match[1] ?? ""));
      const sources = { "script-src": inline("script"), "style-src": [...inline("style"), hashOf(radixSelectStyle)] };
      this.emitFile({ type: "asset", fileName: "policy.json", source: `${JSON.stringify(sources, null, 2)}\n` });
    },
  };
}
