import { Readable } from "node:stream";
import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  NoSuchKey,
  NotFound,
  S3Client,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { AppError } from "../../errors/index.ts";
import { assertKey } from "./blob-store.ts";
import type { BlobStore } from "./blob-store.ts";
import { checkByWriting } from "./check-blob-store.ts";
import { asStorageError } from "./storage-full.ts";

export type S3Settings = {
  /** Without it: AWS itself. */
  endpoint?: string | undefined;
  bucket: string;
  accessKeyId: string;
  secretAccessKey: string;
  region: string;
};

/** Objects of ours begin with this, so that a bucket can be shared with other things. */
const prefix = "files/";

/**
 * Keeps blobs in an S3-compatible bucket (AWS, R2, MinIO ...), addressed by path because most self-made servers know no
 * other way. Larger content goes up in parts of 8 MiB, at most two in memory; an object appears when all are there.
 */
export function createS3Store(settings: S3Settings): BlobStore {
  const { bucket: Bucket } = settings;
  const client = new S3Client({
    endpoint: settings.endpoint,
    region: settings.region,
    forcePathStyle: true,
    credentials: { accessKeyId: settings.accessKeyId, secretAccessKey: settings.secretAccessKey },
    // The newer default (a CRC32 trailer on everything) is not understood by many S3-compatible servers.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
  });
  const keyIn = (key: string) => prefix + assertKey(key);

  const store: Omit<BlobStore, "check"> = {
    describe: () => `S3 bucket ${Bucket} at ${settings.endpoint ?? "AWS"}`,

    async put(key, content, signal) {
      let bytes = 0;
      // Watched here, because the SDK looks at the signal only between parts and would wait for a stream that stalls.
      const counted = Readable.from(
        (async function* () {
          for await (const chunk of content) {
            signal?.throwIfAborted();
            bytes += chunk.length;
            yield chunk;
          }
        })(),
        { objectMode: false },
      );
      try {
        const upload = new Upload({
          client,
          params: { Bucket, Key: keyIn(key), Body: counted, ContentType: "application/octet-stream" },
          partSize: 8 * 1024 * 1024,
          queueSize: 2,
        });
        await upload.done();
        return bytes;
      } catch (error) {
        throw asStorageError(error);
      }
    },

    async get(key, range) {
      try {
        const Range = range && `bytes=${range.start}-${range.end}`;
        const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: keyIn(key), Range }));
        return Body as Readable;
      } catch (error) {
        throw error instanceof NoSuchKey ? new AppError("not_found", { cause: error }) : error;
      }
    },

    async head(key) {
      try {
        const { ContentLength } = await client.send(new HeadObjectCommand({ Bucket, Key: keyIn(key) }));
        return { bytes: ContentLength ?? 0 };
      } catch (error) {
        if (error instanceof NotFound) return null;
        throw error;
      }
    },

    async delete(key) {
      await client.send(new DeleteObjectCommand({ Bucket, Key: keyIn(key) }));
    },

    async *list() {
      let ContinuationToken: string | undefined;
      do {
        const page = await client.send(new ListObjectsV2Command({ Bucket, Prefix: prefix, ContinuationToken }));
        for (const { Key, LastModified } of page.Contents ?? []) {
          if (Key && LastModified) yield { key: Key.slice(prefix.length), storedAt: LastModified };
        }
        ContinuationToken = page.NextContinuationToken;
      } while (ContinuationToken);
    },

    async removeUnfinished(olderThan) {
      let removed = 0;
      const { Uploads } = await client.send(new ListMultipartUploadsCommand({ Bucket, Prefix: prefix }));
      for (const { Key, UploadId, Initiated } of Uploads ?? []) {
        if (!Key || !UploadId || !Initiated || Initiated >= olderThan) continue;
        await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
        removed += 1;
      }
      return removed;
    },
  };
  return { ...store, check: () => checkByWriting(store) };
}
