import { classNames } from "./class-names.ts";

const sizes = { xs: "size-5 text-[0.5625rem]", sm: "size-6 text-2xs", md: "size-8 text-xs", lg: "size-12 text-md" };
const tints = [
  "bg-accent-soft text-accent-ink",
  "bg-success-soft text-success-ink",
  "bg-warning-soft text-warning-ink",
  "bg-danger-soft text-danger-ink",
  "bg-selected text-muted",
];

/** Below it no character joins the one before it, so that a letter stands for itself. */
const firstCombining = 0x300;

/** The first letter as it is read: emoji and accents stay whole. */
function firstLetter(word: string) {
  // Making a segmenter takes a slow phone a twentieth of a second, in the first picture; most names need none.
  if (!(word.charCodeAt(0) >= firstCombining || word.charCodeAt(1) >= firstCombining)) return word.charAt(0);
  return [...new Intl.Segmenter().segment(word)][0]?.segment ?? "";
}

const beginsPlain = /^[a-z0-9]/i;
const beginsAsAWord = (word: string) => beginsPlain.test(word) || /^[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(word);

/** First letters of the first and last word; no brackets or dashes. */
function initials(name: string) {
  const all = name.trim().split(/\s+/);
  const words = all.filter(beginsAsAWord);
  if (words.length === 0) words.push(...all);
  const chosen = words.length > 1 ? [words[0], words.at(-1)] : words;
  return chosen
    .map((word) => firstLetter(word ?? ""))
    .join("")
    .toUpperCase();
}

/** The same name has the same tint everywhere. */
function tintOf(name: string) {
  let sum = 0;
  for (const character of name) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 9973;
  return tints[sum % tints.length];
}

type AvatarProps = {
  name: string;
  src?: string | null;
  size?: keyof typeof sizes;
  /** "round" for people, "square" for workspaces and things. */
  shape?: "round" | "square";
  /** A green dot: this person is here now. */
  online?: boolean;
  className?: string;
};

/** Decorative: write the name beside it. */
export function Avatar({ name, src, size = "sm", shape = "round", online = false, className }: AvatarProps) {
  const corner = shape === "round" ? "rounded-full" : "rounded-sm";
  return (
    <span aria-hidden="true" className={classNames("relative inline-flex shrink-0", sizes[size], className)}>
      {src ? (
        <img src={src} alt="" className={classNames("size-full object-cover", corner)} />
      ) : (
        <span
          className={classNames(
            "flex size-full select-none items-center justify-center font-semibold",
            corner,
            tintOf(name),
          )}
        >
          {initials(name)}
        </span>
      )}
      {online ? (
        <span className="absolute -bottom-px -right-px size-2 rounded-full bg-success ring-2 ring-panel" />
      ) : null}
    </span>
  );
}
