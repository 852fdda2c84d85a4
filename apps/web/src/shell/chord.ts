const isApple = typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.userAgent);

export type KeyPress = {
  key: string;
  code: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
};

/**
 * The chord of a key press as shortcuts write it, such as "mod+shift+k"; null for a bare modifier.
 * On layouts without Latin letters the key's place counts, so that Ctrl-K works on a Greek or Russian keyboard.
 */
export function chordOf(event: KeyPress, apple = isApple) {
  let key = event.key.toLowerCase();
  if (["control", "meta", "alt", "shift", "dead", "altgraph"].includes(key)) return null;
  if (key === " ") key = "space";
  if (key.length === 1 && key > "\u007f" && /^Key[A-Z]$/.test(event.code)) key = event.code.slice(3).toLowerCase();
  const mod = apple ? event.metaKey : event.ctrlKey;
  const parts = [];
  if (mod) parts.push("mod");
  if (apple && event.ctrlKey) parts.push("ctrl");
  if (event.altKey) parts.push("alt");
  // Shift is how "?" is typed, but what tells "shift+n" from "n".
  if (event.shiftKey && (key.length > 1 || /[a-z]/.test(key) || mod)) parts.push("shift");
  return [...parts, key].join("+");
}
