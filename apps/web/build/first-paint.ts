import { readFileSync } from "node:fs";
import { signedInCookie } from "@mindmesh/contracts/session";
import { minify, type Plugin } from "vite";
import { builtFirstRequests } from "./first-requests.ts";

const tokensFile = new URL("../../../packages/ui/src/tokens.css", import.meta.url);
const styleFile = new URL("../src/shell/first-paint.css", import.meta.url);
const scriptFile = new URL("../src/shell/first-paint.js", import.meta.url);

/** The declared value of a token of the design system, such as `light-dark(oklch(...), oklch(...))`. */
function tokenValue(tokens: string, name: string) {
  const value = new RegExp(`^\\s*--color-${name}:\\s*([^;]+);`, "m").exec(tokens)?.[1];
  if (!value) throw new Error(`first-paint.css names the token "${name}", which tokens.css does not have`);
  return value;
}

function firstPaintStyle() {
  const tokens = readFileSync(tokensFile, "utf8");
  return readFileSync(styleFile, "utf8")
    .replace(/\/\* tokens: (.+?) \*\//, (_, names: string) => {
      const declarations = names.split(" ").map((name) => `--color-${name}:${tokenValue(tokens, name)};`);
      return `:root{${declarations.join("")}}`;
    })
    .replace(/\/\*[^]*?\*\//g, "")
    .replace(/\s+/g, " ")
    .replace(/ ?([{}:;,]) ?/g, "$1")
    .trim();
}

/** sRGB of the canvas in both themes, for the browser's own bars. Kept equal to the token by test/build.test.ts. */
const canvasInSrgb = { light: "#fdfdfd", dark: "#12181a" };

/**
 * Puts the frame of the page (its style, its theme script) into index.html, and moves the stylesheet behind that
 * frame, so that the frame is painted at once while the script still waits for the stylesheet.
 */
export function firstPaint(): Plugin {
  return {
    name: "mindmesh-first-paint",
    transformIndexHtml: {
      order: "post",
      async handler(html, { bundle }) {
        const { code } = await minify("first-paint.js", readFileSync(scriptFile, "utf8"));
        const requests = JSON.stringify(bundle ? builtFirstRequests(bundle) : []);
        const script = code
          .replace("__FIRST_REQUESTS__", () => requests)
          .replace("__SIGNED_IN_COOKIE__", signedInCookie);
        const stylesheets: string[] = [];
        // Latin letters are on every page; the other alphabets come when a page has them.
        const typeface = Object.keys(bundle ?? {}).find((name) => /inter-latin-wght-normal.*\.woff2$/.test(name));
        const preload = typeface
          ? `<link rel="preload" href="/${typeface}" as="font" type="font/woff2" crossorigin fetchpriority="low" />\n    `
          : "";
        return html
          .replace(
            "<!-- theme-color-meta -->",
            Object.entries(canvasInSrgb)
              .map(
                ([theme, color]) =>
                  `<meta name="theme-color" content="${color}" media="(prefers-color-scheme: ${theme})" />`,
              )
              .join("\n    "),
          )
          .replace(
            "<!-- first-paint -->",
            () => `${preload}<style>${firstPaintStyle()}</style>\n    <script>${script}</script>`,
          )
          .replace(/\s*<link rel="stylesheet"[^>]*>/g, (link) => {
            stylesheets.push(link.trim());
            return "";
          })
          .replace("</body>", () => `${stylesheets.join("\n    ")}\n  </body>`);
      },
    },
  };
}
