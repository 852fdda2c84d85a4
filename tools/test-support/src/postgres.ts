import { startEmbeddedPostgres } from "@mindmesh/kernel/db";

/** A PostgreSQL with its data in `folder`: of the programs in `binaryFolder`, or the embedded one when that is null. */
export async function startTestPostgres(folder: string, binaryFolder: string | null) {
  const { connectionString, stop } = await startEmbeddedPostgres({
    dataDirectory: folder,
    log: { info: () => {}, warn: (message) => console.warn(message) },
    disposable: true,
    ...(binaryFolder !== null && { binaryFolder }),
  });
  return { url: connectionString, stop };
}
