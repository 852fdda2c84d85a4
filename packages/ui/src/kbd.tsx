const isApple = typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.userAgent);

const symbols: Record<string, string> = {
  mod: isApple ? "⌘" : "Ctrl",
  ctrl: isApple ? "⌃" : "Ctrl",
  alt: isApple ? "⌥" : "Alt",
  shift: isApple ? "⇧" : "Shift",
  enter: "↵",
  escape: "Esc",
  backspace: "⌫",
  arrowup: "↑",
  arrowdown: "↓",
  arrowleft: "←",
  arrowright: "→",
  pageup: "PgUp",
  pagedown: "PgDn",
  delete: "Del",
  space: "Space",
};

/** Keys as printed on the person's keyboard. `keys` is "mod+shift+c", or "g c" for one key after the other. */
export function Kbd({ keys }: { keys: string }) {
  return (
    <kbd className="inline-flex items-center gap-1 font-sans">
      {keys.split(" ").map((chord) => (
        <span key={chord} className="inline-flex items-center gap-0.5">
          {chord.split(/(?<=.)\+/).map((key) => (
            <span
              key={key}
              className="inline-flex h-[1.125rem] min-w-[1.125rem] items-center justify-center rounded-xs bg-hover px-1 text-2xs text-muted ring-1 ring-inset ring-line"
            >
              {symbols[key.toLowerCase()] ?? (key.length === 1 ? key.toUpperCase() : key)}
            </span>
          ))}
        </span>
      ))}
    </kbd>
  );
}
