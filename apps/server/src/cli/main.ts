import { BackupError } from "@mindmesh/kernel/backup";
import { StartError } from "@mindmesh/kernel/db";
import { AppError } from "@mindmesh/kernel/errors";
import { Command } from "commander";
import { loadEnvironmentFile } from "../environment-file.ts";
import { version } from "../version.ts";
import { backupCommand } from "./backup-command.ts";
import { CommandError } from "./command-error.ts";
import { doctorCommand } from "./doctor-command.ts";
import { keyCommand } from "./key-command.ts";
import { queryCommand } from "./query-command.ts";
import { restoreCommand } from "./restore-command.ts";
import { seedCommand } from "./seed-command.ts";
import { userCommand } from "./user-command.ts";

const program = new Command("mindmesh")
  .description("Looks after a Mindmesh server. It reads the same environment and .env as the server.")
  .version(version)
  .showHelpAfterError("(--help lists what there is)");
program.addCommand(doctorCommand());
program.addCommand(userCommand());
program.addCommand(keyCommand());
program.addCommand(backupCommand());
program.addCommand(restoreCommand());
program.addCommand(seedCommand());
program.addCommand(queryCommand());

try {
  loadEnvironmentFile();
  await program.parseAsync();
} catch (error) {
  const known = [StartError, BackupError, CommandError, AppError].some((kind) => error instanceof kind);
  const message = error instanceof Error ? (known ? error.message : (error.stack ?? error.message)) : String(error);
  process.stderr.write(`\n${message}\n`);
  if (error instanceof AppError) {
    for (const [field, what] of Object.entries(error.fields ?? {})) process.stderr.write(`  ${field}: ${what}\n`);
  }
  process.exitCode = 1;
}
