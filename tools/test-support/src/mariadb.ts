import { execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chown, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { setTimeout as wait } from "node:timers/promises";
import { answers, sparePort } from "./redis.ts";

const nobody = { uid: 65_534, gid: 65_534 };

/** A MariaDB that gives nothing on durability, on a spare port of the loopback address, with its data in `folder`. */
export async function startMariaDb(folder: string, programs: { server: string; install: string }) {
  const asRoot = process.getuid?.() === 0;
  const data = path.join(folder, "data");
  await mkdir(data, { recursive: true });
  if (asRoot) for (const each of [folder, data]) await chown(each, nobody.uid, nobody.gid);
  // Its temporary files go where its user may write.
  const identity = { ...(asRoot && nobody), cwd: folder, env: { ...process.env, TMPDIR: folder } };
  await promisify(execFile)(
    programs.install,
    [
      "--no-defaults",
      `--datadir=${data}`,
      "--auth-root-authentication-method=normal",
      "--skip-test-db",
      "--skip-name-resolve",
    ],
    identity,
  );
  const password = randomBytes(12).toString("hex");
  const first = path.join(folder, "first.sql");
  await writeFile(
    first,
    // The server reads one statement from each line.
    [
      `ALTER USER root@localhost IDENTIFIED BY '${password}';`,
      `CREATE OR REPLACE USER root@'127.0.0.1' IDENTIFIED BY '${password}';`,
      "GRANT ALL PRIVILEGES ON *.* TO root@'127.0.0.1' WITH GRANT OPTION;",
      "",
    ].join("\n"),
  );
  const port = await sparePort();
  const small = [
    "--innodb-buffer-pool-size=32M",
    "--innodb-log-file-size=16M",
    "--key-buffer-size=1M",
    "--performance-schema=OFF",
    "--max-connections=60",
  ];
  const fast = [
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-doublewrite=0",
    "--skip-log-bin",
    "--skip-name-resolve",
  ];
  const child = spawn(
    programs.server,
    [
      "--no-defaults",
      `--datadir=${data}`,
      `--port=${port}`,
      "--bind-address=127.0.0.1",
      `--socket=${path.join(folder, "s")}`,
      `--pid-file=${path.join(folder, "pid")}`,
      `--init-file=${first}`,
      "--max-allowed-packet=512M",
      ...small,
      ...fast,
    ],
    { stdio: "ignore", detached: true, ...identity },
  );
  const atExit = () => child.kill("SIGKILL");
  process.once("exit", atExit);
  const exited = once(child, "exit");
  while (!(await answers(port))) {
    if (child.exitCode !== null) throw new Error(`${programs.server} ended with ${child.exitCode}`);
    await wait(50);
  }
  return {
    url: `mysql://root:${password}@127.0.0.1:${port}/`,
    async stop() {
      process.off("exit", atExit);
      child.kill("SIGKILL"); // there is nothing to save
      await exited;
    },
  };
}
