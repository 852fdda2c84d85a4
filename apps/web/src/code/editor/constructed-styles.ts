import { StyleModule } from "style-mod";

let mounted: StyleModule[] = [];
let sheet: CSSStyleSheet | null = null;

/**
 * Lets CodeMirror's styles into the page by one constructed sheet. Left to itself style-mod writes a <style> element,
 * which our Content-Security-Policy forbids; it constructs a sheet only inside of a shadow root.
 */
export function constructStyles() {
  StyleModule.mount = (_, styles) => {
    const wanted = Array.isArray(styles) ? styles : [styles as StyleModule];
    const missing = wanted.filter((module) => !mounted.includes(module));
    if (missing.length === 0) return;
    // The order of an editor's modules is their rank: those of a later editor stand in its order, before the others.
    mounted = [...wanted, ...mounted.filter((module) => !wanted.includes(module))];
    if (!sheet) {
      sheet = new CSSStyleSheet();
      document.adoptedStyleSheets.push(sheet);
    }
    sheet.replaceSync(mounted.map((module) => module.getRules()).join("\n"));
  };
}
