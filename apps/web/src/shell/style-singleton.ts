import { useEffect, useRef } from "react";

/**
 * Stands in for the package react-style-singleton, which react-remove-scroll (in Radix) uses to put <style> elements
 * into the page. A constructed style sheet does the same and needs no 'unsafe-inline' in the Content-Security-Policy.
 */
export function stylesheetSingleton() {
  let users = 0;
  let sheet: CSSStyleSheet | null = null;
  return {
    add(css: string) {
      users += 1;
      if (sheet) return;
      sheet = new CSSStyleSheet();
      sheet.replaceSync(css);
      document.adoptedStyleSheets.push(sheet);
    },
    remove() {
      users -= 1;
      if (users > 0) return;
      document.adoptedStyleSheets = document.adoptedStyleSheets.filter((other) => other !== sheet);
      sheet = null;
    },
  };
}

export function styleHookSingleton() {
  const sheet = stylesheetSingleton();
  return (css: string, isDynamic?: boolean) => {
    // As in the original: the first text stands unless the caller says that it changes.
    const key = isDynamic ? css : "";
    const first = useRef(css);
    useEffect(() => {
      sheet.add(key || first.current);
      return () => sheet.remove();
    }, [key]);
  };
}

export function styleSingleton() {
  const useStyle = styleHookSingleton();
  return function StyleSheet({ styles, dynamic }: { styles: string; dynamic?: boolean }) {
    useStyle(styles, dynamic);
    return null;
  };
}
