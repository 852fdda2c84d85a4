import type { RunLanguage } from "@mindmesh/contracts/runs";

/** The names under which a language is written above code blocks and at the end of file names. */
const languages: Record<RunLanguage, { title: string; names: readonly string[]; entry: string }> = {
  python: { title: "Python", names: ["python", "py", "python3"], entry: "main.py" },
  javascript: { title: "JavaScript", names: ["javascript", "js", "mjs", "node"], entry: "main.js" },
  typescript: { title: "TypeScript", names: ["typescript", "ts", "mts"], entry: "main.ts" },
  shell: { title: "Shell", names: ["shell", "sh", "bash", "zsh"], entry: "main.sh" },
};

const known = Object.entries(languages) as [RunLanguage, (typeof languages)[RunLanguage]][];

/** The language of a name such as "py", if it is one that can run. */
export const runLanguageOf = (name: string) =>
  known.find(([, { names }]) => names.includes(name.toLowerCase()))?.[0] ?? null;

/** The language of a file by the end of its name, if it is one that can run. */
export const languageOfPath = (path: string) => runLanguageOf(/\.([^./]+)$/.exec(path)?.[1] ?? "");

export const languageTitle = (language: RunLanguage) => languages[language].title;

/** What a new file of the language is called: `main.py`, and with a number when that is taken. */
export function newPath(language: RunLanguage, taken: readonly string[]) {
  const { entry } = languages[language];
  for (let number = 1; ; number += 1) {
    const path = number === 1 ? entry : entry.replace(".", `-${number}.`);
    if (!taken.includes(path)) return path;
  }
}
