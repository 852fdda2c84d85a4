import type { SandboxLanguage, SandboxLanguageDescription } from "../../sandbox.ts";

const listPackages = `
import json, sys
from importlib.metadata import distributions
print(json.dumps([sys.version.split()[0], sorted({(d.metadata["Name"] or "") for d in distributions()} - {""})]))
`;

/** What people look for in a list of packages. */
const ofUse = "numpy pandas matplotlib scipy scikit-learn sympy pillow polars seaborn requests openpyxl lxml".split(
  " ",
);

type TryOut = (
  language: SandboxLanguage,
  source: string,
) => Promise<{ outcome: { exitCode: number | null }; stdout: string }>;

/** Which languages there are behind a wall, with versions and Python's packages, by running a program in each. */
export async function describeLanguages(tryOut: TryOut): Promise<SandboxLanguageDescription[]> {
  const [packages, node, typescript, shell] = await Promise.all([
    tryOut("python", listPackages),
    tryOut("javascript", "console.log(process.versions.node)"),
    tryOut("typescript", "const version: string = process.versions.node; console.log(version)"),
    tryOut("shell", 'echo "${BASH_VERSION:-sh}"'),
  ]);
  const languages: SandboxLanguageDescription[] = [];
  if (packages.outcome.exitCode === 0) {
    const [version, names] = JSON.parse(packages.stdout) as [string, string[]];
    const rank = (name: string) => (ofUse.indexOf(name.toLowerCase()) + 1 || ofUse.length + 1) - 1;
    const sorted = names.toSorted((a, b) => rank(a) - rank(b) || a.localeCompare(b));
    languages.push({ language: "python", version, packages: sorted });
  }
  if (node.outcome.exitCode === 0) {
    languages.push({ language: "javascript", version: node.stdout.trim(), packages: [] });
  }
  if (typescript.outcome.exitCode === 0) {
    const version = `Node ${typescript.stdout.trim()}, types stripped`;
    languages.push({ language: "typescript", version, packages: [] });
  }
  languages.push({ language: "shell", version: shell.stdout.trim(), packages: [] });
  return languages;
}
