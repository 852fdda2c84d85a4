import { type Config, readConfig } from "@mindmesh/kernel/config";
import { StartError } from "@mindmesh/kernel/db";
import { Command } from "commander";
import { counted } from "./amounts.ts";
import { checkAddresses } from "./doctor/check-addresses.ts";
import { checkDataDirectory } from "./doctor/check-data-directory.ts";
import { checkDatabase } from "./doctor/check-database.ts";
import { checkMcpPrograms } from "./doctor/check-mcp-programs.ts";
import { checkProgram } from "./doctor/check-program.ts";
import { checkSandbox } from "./doctor/check-sandbox.ts";
import { checkServices } from "./doctor/check-services.ts";
import { checkSignIn } from "./doctor/check-sign-in.ts";
import { checkWatching } from "./doctor/check-watching.ts";
import type { Finding } from "./doctor/finding.ts";

const signs: Record<Finding["level"], string> = { good: "ok  ", note: "note", warning: "WARN", problem: "FAIL" };

export function doctorCommand(): Command {
  return new Command("doctor")
    .description("Check the settings and every service that they name. Ends with 1 when something does not work.")
    .action(async () => {
      const findings = await diagnose(process.env, (finding) => console.log(inWords(finding)));
      const problems = findings.filter(({ level }) => level === "problem").length;
      const warnings = findings.filter(({ level }) => level === "warning").length;
      console.log(
        problems + warnings === 0
          ? "\nAll is well."
          : `\n${counted(problems, "problem")}, ${counted(warnings, "warning")}.`,
      );
      if (problems > 0) process.exitCode = 1;
    });
}

function inWords({ level, what, mend }: Finding): string {
  return `${signs[level]}  ${what}${mend === undefined ? "" : `\n      ${mend}`}`;
}

/** Runs all checks; `tell` hears of each finding as soon as it is there. */
export async function diagnose(
  environment: Record<string, string | undefined>,
  tell: (finding: Finding) => void,
): Promise<Finding[]> {
  const all: Finding[] = [];
  const add = (findings: Finding[]) => {
    for (const finding of findings) {
      all.push(finding);
      tell(finding);
    }
  };
  add(checkProgram());
  let config: Config;
  try {
    config = readConfig(environment);
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    add([{ level: "problem", what: error.message, mend: ".env.example explains every setting." }]);
    return all;
  }
  add([{ level: "good", what: "The environment is right" }]);
  add(await checkDataDirectory(config));
  add(await checkAddresses(config));
  add(await checkDatabase(config));
  add(await checkServices(config));
  add(await checkSignIn(config));
  add(await checkWatching(config));
  add(await checkMcpPrograms(config));
  add(await checkSandbox(config));
  return all;
}
