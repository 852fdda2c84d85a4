import { createInterface } from "node:readline/promises";
import { checkBackup, inspectTarget, restoreBackup } from "@mindmesh/kernel/backup";
import { type Config, readConfig } from "@mindmesh/kernel/config";
import { openBlobStore } from "@mindmesh/kernel/storage";
import { Command } from "commander";
import { counted } from "./amounts.ts";
import { CommandError } from "./command-error.ts";
import { migrationOwners, withInstance } from "./open-instance.ts";
import { progressBar } from "./progress-bar.ts";

interface RestoreOptions {
  replace: boolean;
  yes: boolean;
}

export function restoreCommand(): Command {
  return new Command("restore")
    .description("Make this instance what a backup was. The server must be stopped.")
    .argument("<file>", "made by `backup`")
    .option("--replace", "delete everything that is here first", false)
    .option("--yes", "do not ask", false)
    .action((file: string, options: RestoreOptions) => restore(readConfig(process.env), file, options));
}

async function restore(config: Config, file: string, options: RestoreOptions): Promise<void> {
  const bar = progressBar();
  const backup = await checkBackup(file, migrationOwners, bar.show).finally(() => bar.end());
  console.log(
    `${file} is sound: Mindmesh ${backup.manifest.program}, made ${backup.manifest.createdAt}, ` +
      `${counted(backup.manifest.files.count, "file")}.`,
  );
  const result = await withInstance(config, { alone: true }, async ({ databaseUrl }, signal) => {
    const { empty, people } = await inspectTarget(databaseUrl);
    if (!empty && options.replace && !options.yes) await confirm(people, signal);
    try {
      return await restoreBackup(
        {
          databaseUrl,
          owners: migrationOwners,
          blobs: openBlobStore(config),
          dataDirectory: config.dataDirectory,
          environmentKeys: [config.SECRET_KEY, config.SECRET_KEY_PREVIOUS].filter((key) => key !== undefined),
        },
        backup,
        { replace: options.replace, signal },
        bar.show,
      );
    } finally {
      bar.end();
    }
  });
  console.log(`Restored ${counted(result.rows, "row")} and ${counted(result.files, "file")}. Start the server.`);
  for (const key of result.missingFiles) console.log(`Was missing when the backup was made: ${key}`);
  if (!result.secretKeyFits) {
    console.log(
      "ATTENTION: the backup was made under a SECRET_KEY that is not set here. Set it (or add it to " +
        "SECRET_KEY_PREVIOUS); until then the stored provider keys and second factors cannot be read.",
    );
  }
}

async function confirm(people: number, signal: AbortSignal): Promise<void> {
  if (!process.stdin.isTTY) throw new CommandError("Nobody can be asked here: add --yes to delete what is there.");
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const question = `This deletes everything here, ${counted(people, "account")} included. Type "replace" to go on: `;
  const answer = await terminal.question(question, { signal }).finally(() => terminal.close());
  if (answer.trim() !== "replace") throw new CommandError("Nothing was changed.");
}
