import { createHash, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { readObjectBytes } from "./request-body.ts";
import { checkSignature, S3Error } from "./signature.ts";
import type { Credentials } from "./signature.ts";

export { checkSignature, S3Error } from "./signature.ts";

type StoredObject = { content: Buffer; etag: string; mediaType: string; modifiedAt: Date };
type Multipart = { key: string; parts: Map<number, { content: Buffer; etag: string }>; startedAt: Date };
type Bucket = { objects: Map<string, StoredObject>; uploads: Map<string, Multipart> };
type Fault = { when: (request: IncomingMessage) => boolean; status: number; code: string; times: number };

/** S3 refuses every part but the last that is smaller than this. */
const smallestPart = 5 * 1024 * 1024;

/**
 * A small S3 in memory for tests: path style, one bucket, the operations that a file store needs, and the checks that
 * the real one makes (Signature V4, payload hashes, part sizes and ETags, ranges). Listens on 127.0.0.1 at a free port.
 * `fail` makes the next requests that match answer with an error, such as a full disk.
 */
export async function startS3Server(credentials: Credentials & { bucket: string }) {
  const bucket: Bucket = { objects: new Map(), uploads: new Map() };
  const faults: Fault[] = [];
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => sendError(request, response, error));
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    checkSignature({ method: request.method!, url: request.url!, headers: request.headers }, credentials, new Date());
    const fault = faults.find((fault) => fault.times > 0 && fault.when(request));
    if (fault) {
      fault.times -= 1;
      throw new S3Error(fault.status, fault.code, "Told to fail.");
    }
    const url = new URL(request.url!, "http://s3");
    const [, bucketName, ...segments] = url.pathname.split("/");
    if (bucketName !== credentials.bucket) throw new S3Error(404, "NoSuchBucket", "The bucket does not exist.");
    const key = decodeURIComponent(segments.join("/"));
    const body =
      request.method === "PUT" ? readObjectBytes(Buffer.concat(pieces), request.headers) : Buffer.concat(pieces);
    if (key === "") bucketOperation(bucket, request, url.searchParams, response);
    else objectOperation(bucket, key, request, url.searchParams, body, response);
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects: bucket.objects,
    uploads: bucket.uploads,
    fail: (fault: Omit<Fault, "times"> & { times?: number }) => faults.push({ times: 1, ...fault }),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function bucketOperation(
  bucket: Bucket,
  request: IncomingMessage,
  query: URLSearchParams,
  response: ServerResponse,
): void {
  if (request.method === "HEAD") return void response.end();
  if (request.method !== "GET") throw new S3Error(405, "MethodNotAllowed", "Not allowed on a bucket.");
  if (query.has("uploads")) {
    const uploads = [...bucket.uploads].map(
      ([id, upload]) =>
        `<Upload><Key>${xml(upload.key)}</Key><UploadId>${id}</UploadId><Initiated>${upload.startedAt.toISOString()}</Initiated></Upload>`,
    );
    return sendXml(response, "ListMultipartUploadsResult", `<IsTruncated>false</IsTruncated>${uploads.join("")}`);
  }
  const after = query.get("continuation-token") ?? query.get("start-after") ?? "";
  const limit = Number(query.get("max-keys") ?? 1000);
  const keys = [...bucket.objects.keys()]
    .filter((key) => key.startsWith(query.get("prefix") ?? "") && key > after)
    .sort();
  const page = keys.slice(0, limit);
  const contents = page.map((key) => {
    const object = bucket.objects.get(key)!;
    return `<Contents><Key>${xml(key)}</Key><LastModified>${object.modifiedAt.toISOString()}</LastModified><ETag>${xml(object.etag)}</ETag><Size>${object.content.length}</Size></Contents>`;
  });
  const more = keys.length > page.length;
  const next = more ? `<NextContinuationToken>${xml(page.at(-1)!)}</NextContinuationToken>` : "";
  return sendXml(response, "ListBucketResult", `<IsTruncated>${more}</IsTruncated>${next}${contents.join("")}`);
}

function objectOperation(
  bucket: Bucket,
  key: string,
  request: IncomingMessage,
  query: URLSearchParams,
  body: Buffer,
  response: ServerResponse,
): void {
  const uploadId = query.get("uploadId");
  const upload = uploadId === null ? undefined : bucket.uploads.get(uploadId);
  if (uploadId !== null && upload?.key !== key) throw new S3Error(404, "NoSuchUpload", "The upload does not exist.");

  if (request.method === "POST" && query.has("uploads")) {
    const id = randomUUID();
    bucket.uploads.set(id, { key, parts: new Map(), startedAt: new Date() });
    return sendXml(response, "InitiateMultipartUploadResult", `<Key>${xml(key)}</Key><UploadId>${id}</UploadId>`);
  }
  if (request.method === "PUT" && upload) {
    const etag = etagOf(body);
    upload.parts.set(Number(query.get("partNumber")), { content: body, etag });
    return void response.setHeader("ETag", etag).end();
  }
  if (request.method === "POST" && upload) {
    const content = joinParts(upload, body.toString());
    bucket.objects.set(key, { content, etag: etagOf(content), mediaType: "", modifiedAt: new Date() });
    bucket.uploads.delete(uploadId!);
    return sendXml(
      response,
      "CompleteMultipartUploadResult",
      `<Key>${xml(key)}</Key><ETag>${xml(etagOf(content))}</ETag>`,
    );
  }
  if (request.method === "DELETE") {
    if (upload) bucket.uploads.delete(uploadId!);
    else bucket.objects.delete(key);
    return void response.writeHead(204).end();
  }
  if (request.method === "PUT") {
    const mediaType = request.headers["content-type"] ?? "";
    bucket.objects.set(key, { content: body, etag: etagOf(body), mediaType, modifiedAt: new Date() });
    return void response.setHeader("ETag", etagOf(body)).end();
  }
  const object = bucket.objects.get(key);
  if (!object) throw new S3Error(404, "NoSuchKey", "The specified key does not exist.");
  response.setHeader("ETag", object.etag).setHeader("Last-Modified", object.modifiedAt.toUTCString());
  sendContent(request, response, object.content);
}

function joinParts(upload: Multipart, completion: string): Buffer {
  const wanted = [...completion.matchAll(/<Part>(.*?)<\/Part>/gs)].map(([, part = ""]) => ({
    number: Number(/<PartNumber>(\d+)</.exec(part)?.[1]),
    etag: /<ETag>(.*?)</.exec(part)?.[1]?.replaceAll("&quot;", '"'),
  }));
  if (wanted.length === 0) throw new S3Error(400, "MalformedXML", "No parts are named.");
  return Buffer.concat(
    wanted.map(({ number, etag }, index) => {
      const part = upload.parts.get(number);
      if (!part || part.etag !== etag)
        throw new S3Error(400, "InvalidPart", `Part ${number} is not what was uploaded.`);
      if (index > 0 && number <= wanted[index - 1]!.number)
        throw new S3Error(400, "InvalidPartOrder", "Not ascending.");
      if (index < wanted.length - 1 && part.content.length < smallestPart)
        throw new S3Error(400, "EntityTooSmall", `Part ${number} is smaller than the minimum of 5 MiB.`);
      return part.content;
    }),
  );
}

function sendContent(request: IncomingMessage, response: ServerResponse, content: Buffer): void {
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
  let part = content;
  if (range) {
    const start = Number(range[1]);
    const end = Math.min(range[2] ? Number(range[2]) : content.length - 1, content.length - 1);
    if (start >= content.length) throw new S3Error(416, "InvalidRange", "The requested range is not satisfiable.");
    part = content.subarray(start, end + 1);
    response.writeHead(206, {
      "Content-Range": `bytes ${start}-${end}/${content.length}`,
      "Content-Length": part.length,
    });
  } else {
    response.writeHead(200, { "Content-Length": content.length });
  }
  response.end(request.method === "HEAD" ? undefined : part);
}

function sendXml(response: ServerResponse, element: string, inner: string): void {
  response
    .writeHead(200, { "Content-Type": "application/xml" })
    .end(
      `<?xml version="1.0" encoding="UTF-8"?><${element} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${inner}</${element}>`,
    );
}

function sendError(request: IncomingMessage, response: ServerResponse, error: unknown): void {
  const { status, code, message } =
    error instanceof S3Error ? error : { status: 500, code: "InternalError", message: String(error) };
  if (response.destroyed) return;
  response.writeHead(status, { "Content-Type": "application/xml" });
  const text = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${xml(message)}</Message></Error>`;
  response.end(request.method === "HEAD" ? undefined : text);
}

function etagOf(content: Buffer): string {
  return `"${createHash("md5").update(content).digest("hex")}"`;
}

function xml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
