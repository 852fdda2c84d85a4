import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { compress } from "./build/compress.ts";
import { contractParts } from "./build/contract-parts.ts";
import { firstPaint } from "./build/first-paint.ts";
import { policy } from "./build/policy.ts";
import { routeFacts } from "./build/route-facts.ts";
import { serviceWorker } from "./build/service-worker.ts";

/** React, the router, the query cache, and those components of ours that carry no Radix overlay with them. */
const ofEveryPage =
  /node_modules\/(?:react|react-dom|scheduler|@tanstack\/(?!react-virtual|virtual-core)[^/]+|clsx|zustand|use-sync-external-store)\/|node_modules\/@radix-ui\/react-(?:slot|compose-refs)\/|lucide-react\/dist\/esm\/(?!icons\/)|lucide-react\/dist\/esm\/icons\/(?:chevron-right|circle-exclamation-point)\.|apps\/web\/src\/router\.tsx|packages\/ui\/src\/(?:avatar|badge|button|callout|class-names|confirm\.ts|context-menu|copy-button|dialog\.tsx|dropdown-menu|empty-state|error-state|field|icon-button|input|kbd|logo|open-menu|overlays|popover\.tsx|search-input|skeleton|spinner|textarea|theme\.ts|toast-list|tooltip|use-loaded)/;

/** Each with all that it imports: few files, since a browser fetches six at a time where there is no HTTP/2. */
const ofForms =
  /node_modules\/react-hook-form\/|apps\/web\/src\/(?:identity\/(?:check-later|server-errors|form-error|link-error|password-input|provider-buttons|text-link)|settings\/parts\/submit-to|shell\/centered-page)\.tsx?$/;
const ofWorkspace =
  /apps\/web\/src\/(?:workspace\/workspace-layout|shell\/page-header)\.tsx$|lucide-react\/dist\/esm\/icons\/(?:chevron-left|square-terminal|wrench)\./;
/** What both a new conversation and one that is there write with. */
const ofComposing = /apps\/web\/src\/products\/chat\/new-conversation-page\.tsx$/;
const ofSettings =
  /apps\/web\/src\/(?:settings\/(?:api|settings-layout|use-filters|use-role|account\/queries|parts\/(?:loaded|moment|section))|shell\/later)\.tsx?$|packages\/ui\/src\/(?:select|load-more)\.tsx$/;
/** What nearly every component of Radix stands on: of a menu, a window, a switch. */
const ofRadix =
  /node_modules\/@radix-ui\/(?:primitive|react-(?:context|direction|id|presence|primitive|use-[a-z-]+))\//;
const ofConversation = /apps\/web\/src\/products\/chat\/(?:conversation-page|markdown\/markdown)\.tsx$/;

const serverUrl = process.env["MINDMESH_URL"] ?? "http://127.0.0.1:3000";

export default defineConfig(({ command }) => {
  // A build is for production, also when a test runner has set another NODE_ENV.
  if (command === "build") process.env["NODE_ENV"] = "production";
  return {
    root: import.meta.dirname,
    plugins: [
      routeFacts(),
      contractParts(),
      react(),
      tailwindcss(),
      firstPaint(),
      policy(),
      serviceWorker(),
      compress(),
    ],
    resolve: {
      alias: {
        // Its <style> elements are forbidden by our Content-Security-Policy; ours does the same by constructed sheets.
        "react-style-singleton": fileURLToPath(new URL("src/shell/style-singleton.ts", import.meta.url)),
      },
    },
    server: {
      proxy: {
        "/api": serverUrl,
        "/oauth": serverUrl,
        "/mcp": serverUrl,
        "/.well-known": serverUrl,
        "/health": serverUrl,
        "/socket.io": { target: serverUrl, ws: true },
      },
    },
    build: {
      // light-dark(), color-mix() and oklch() are used as they are: Chrome 123, Firefox 120, Safari 17.5.
      target: ["chrome123", "firefox120", "safari17.5"],
      modulePreload: { polyfill: false },
      assetsInlineLimit: 0,
      chunkSizeWarningLimit: 1500,
      reportCompressedSize: false,
      rolldownOptions: {
        output: {
          // Left to itself the bundler makes a file of every few shared modules; what each page needs is one file here.
          // Vite's loader of lazy modules stands apart, so that the frame for diagrams does not fetch all of that with it.
          codeSplitting: {
            groups: [
              {
                name: "code-editor",
                test: /node_modules\/(?:@codemirror\/(?!lang-|legacy-modes)|@lezer\/(?!python|javascript)|style-mod|w3c-keyname|crelt|@marijn\/)/,
                priority: 2,
              },
              { name: "lazy", test: /vite\/preload-helper|rolldown\/runtime/, priority: 9 },
              { name: "base", test: ofEveryPage, priority: 8 },
              { name: "forms", test: ofForms, priority: 7 },
              { name: "workspace", test: ofWorkspace, priority: 6 },
              { name: "composing", test: ofComposing, priority: 5 },
              { name: "conversation", test: ofConversation, priority: 4 },
              { name: "settings", test: ofSettings, priority: 3 },
              { name: "radix", test: ofRadix, priority: 7 },
              // Of conversations and of Query: in neither's file, or it would bring that with it.
              { name: "files", test: /lucide-react\/dist\/esm\/icons\/file-spreadsheet\./, priority: 7 },
            ],
          },
        },
        input: {
          index: fileURLToPath(new URL("index.html", import.meta.url)),
          // A page of its own, for a frame without an origin: see src/products/chat/markdown/diagrams.ts.
          diagram: fileURLToPath(new URL("diagram.html", import.meta.url)),
        },
      },
    },
  };
});
