import { join } from "node:path";
import type { Config } from "../../config/index.ts";
import type { BlobStore } from "./blob-store.ts";
import { createFolderStore } from "./folder-store.ts";
import { createS3Store } from "./s3-store.ts";

type BlobConfig = Pick<
  Config,
  "dataDirectory" | "S3_ENDPOINT" | "S3_BUCKET" | "S3_ACCESS_KEY_ID" | "S3_SECRET_ACCESS_KEY" | "S3_REGION"
>;

/** The store that the operator configured: a bucket when there is one, else the folder `files` in the data directory. */
export function openBlobStore(config: BlobConfig): BlobStore {
  const { S3_BUCKET: bucket, S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey } = config;
  if (bucket === undefined || accessKeyId === undefined || secretAccessKey === undefined)
    return createFolderStore(join(config.dataDirectory, "files"));
  return createS3Store({
    endpoint: config.S3_ENDPOINT,
    bucket,
    accessKeyId,
    secretAccessKey,
    region: config.S3_REGION,
  });
}
