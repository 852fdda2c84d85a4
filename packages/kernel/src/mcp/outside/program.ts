import { DEFAULT_INHERITED_ENV_VARS, StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { AppError } from "../../errors/index.ts";

/** A program on this machine that speaks MCP over its standard input and output, as the operator allows it. */
export interface OutsideProgram {
  command: string;
  args: string[];
  /** All that it finds in its environment. */
  environment: Record<string, string>;
}

/** By the name under which an admin adds one. Null: the address is not that of a program. @throws AppError invalid_fields */
export function programOf(address: string, programs: Record<string, OutsideProgram>): OutsideProgram | null {
  if (!address.startsWith("stdio:")) return null;
  const name = address.slice("stdio:".length);
  const program = Object.hasOwn(programs, name) ? programs[name] : undefined;
  if (program) return program;
  const message = `The operator of this server allows no program named ${name} (setting MCP_STDIO_SERVERS).`;
  throw new AppError("invalid_fields", { message, fields: { url: message } });
}

/**
 * Runs a program for one visit. Its input ends with the visit, or with this server, and it is killed when it does not
 * go by itself within seconds.
 * @param largestBytes of one of its messages
 */
export function openProgram(
  { command, args, environment }: OutsideProgram,
  largestBytes: number,
): StdioClientTransport {
  // The SDK would hand on some variables of this process; undefined ones are left out by Node.
  const none = Object.fromEntries(DEFAULT_INHERITED_ENV_VARS.map((name) => [name, undefined]));
  return new StdioClientTransport({
    command,
    args,
    env: { ...none, ...environment } as Record<string, string>,
    stderr: "ignore",
    maxBufferSize: largestBytes,
  });
}
