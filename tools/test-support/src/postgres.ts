import { startEmbeddedPostgres } from "../../../packages/kernel/src/db/embedded-postgres.ts";
import { postgresBinariesIn } from "../../../packages/kernel/src/db/embedded-postgres/binaries.ts";

/** A PostgreSQL with its data in `folder`: of the programs in `binaryFolder`, or the embedded one when that is null. */
export async function startTestPostgres(folder: string, binaryFolder: string | null) {
  const { connectionString, stop } = await startEmbeddedPostgres({
    dataDirectory: folder,
    log: { info: () => {}, warn: (message) => console.warn(message) },
    disposable: true,
    ...(binaryFolder && { binaries: await postgresBinariesIn(binaryFolder) }),
  });
  return { url: connectionString, stop };
}
