import { createBackup, readSecretKeyFile, secretKeyId } from "@mindmesh/kernel/backup";
import { type Config, readConfig } from "@mindmesh/kernel/config";
import { loadMasterKey } from "@mindmesh/kernel/secrets";
import { openBlobStore } from "@mindmesh/kernel/storage";
import { Command } from "commander";
import { version } from "../version.ts";
import { counted, inBytes } from "./amounts.ts";
import { CommandError } from "./command-error.ts";
import { migrationOwners, withInstance } from "./open-instance.ts";
import { progressBar } from "./progress-bar.ts";

export function backupCommand(): Command {
  return new Command("backup")
    .description("Write everything (database, files, secret key) to one file. The server may run meanwhile.")
    .argument("<file>", "for example mindmesh-2027-01-31.backup")
    .option("--force", "overwrite the file", false)
    .action((file: string, { force }: { force: boolean }) => backup(readConfig(process.env), file, force));
}

async function backup(config: Config, file: string, replace: boolean): Promise<void> {
  const begun = performance.now();
  const result = await withInstance(config, {}, async ({ databaseUrl }, signal) => {
    const secretKeyFile = await readSecretKeyFile(config.dataDirectory);
    if (secretKeyFile === null && config.SECRET_KEY === undefined) {
      throw new CommandError(
        `There is no secret.key in ${config.dataDirectory} and no SECRET_KEY: start the server once, or set DATA_DIR.`,
      );
    }
    const bar = progressBar();
    try {
      return await createBackup(
        {
          databaseUrl,
          owners: migrationOwners,
          blobs: openBlobStore(config),
          secretKeyFile,
          secretKeyId: secretKeyId(await loadMasterKey(config)),
          program: version,
        },
        { file, replace, signal },
        bar.show,
      );
    } finally {
      bar.end();
    }
  });
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  console.log(
    `${file}: ${inBytes(result.bytes)}, ${counted(result.rows, "row")}, ${counted(result.files, "file")}, ${seconds} s.`,
  );
  for (const key of result.missingFiles) console.log(`Not in the backup, for it is missing in the file store: ${key}`);
  console.log(
    config.SECRET_KEY === undefined
      ? "The secret key is in it: whoever has the file can read the provider keys. Keep it as safe as the server."
      : "SECRET_KEY is NOT in it, for it comes from the environment: keep it elsewhere. Without it the stored provider " +
          "keys cannot be read.",
  );
}
