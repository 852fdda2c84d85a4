import { access, constants, stat } from "node:fs/promises";
import type { Config } from "@mindmesh/kernel/config";
import { type Finding, good, problem, reasonOf, warning } from "./finding.ts";

/** The programs of MCP_STDIO_SERVERS: there, executable, and with the variables that they are to be given. They are not run. */
export async function checkMcpPrograms(config: Config): Promise<Finding[]> {
  const found = await Promise.all(
    Object.entries(config.MCP_STDIO_SERVERS).map(async ([name, { command, env }]) => {
      const reason = await whyNotRunnable(command);
      if (reason !== null) {
        return [problem(`The MCP program ${name}: ${reason}`, `Install ${command}, or correct MCP_STDIO_SERVERS.`)];
      }
      const missing = env.filter((variable) => config.mcpPrograms[name]?.environment[variable] === undefined);
      return [
        good(`The MCP program ${name} is there: ${command}`),
        ...missing.map((variable) =>
          warning(
            `The MCP program ${name} is to be given ${variable}, which is not set`,
            `Set ${variable} in the environment, or take it out of MCP_STDIO_SERVERS.`,
          ),
        ),
      ];
    }),
  );
  return found.flat();
}

async function whyNotRunnable(command: string): Promise<string | null> {
  try {
    if (!(await stat(command)).isFile()) return `${command} is not a file`;
    await access(command, constants.X_OK);
    return null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EACCES" ? `this user may not run ${command}` : reasonOf(error);
  }
}
