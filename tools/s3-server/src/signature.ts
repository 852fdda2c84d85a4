import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

/** An error as S3 answers it: a code from its table and an HTTP status. */
export class S3Error extends Error {
  readonly code: string;
  readonly status: number;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export type Credentials = { accessKeyId: string; secretAccessKey: string; region: string };
export type SignedRequest = { method: string; url: string; headers: IncomingHttpHeaders };

const fifteenMinutes = 15 * 60_000;

/**
 * Checks AWS Signature Version 4 in the Authorization header, by the published method ("Signature calculations for the
 * Authorization header", Amazon S3 API reference). Presigned URLs are not known here.
 * @throws S3Error 403 with AWS's own code for each kind of mistake.
 */
export function checkSignature(request: SignedRequest, credentials: Credentials, now: Date): void {
  const header = request.headers.authorization;
  if (!header) throw new S3Error(403, "AccessDenied", "Anonymous requests are not allowed.");
  const parts =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      header,
    );
  if (!parts) throw new S3Error(400, "AuthorizationHeaderMalformed", "The authorization header is malformed.");
  const [, accessKeyId = "", day = "", region = "", signedHeaderNames = "", signature = ""] = parts;
  if (accessKeyId !== credentials.accessKeyId)
    throw new S3Error(403, "InvalidAccessKeyId", "The access key id you provided does not exist in our records.");
  if (region !== credentials.region)
    throw new S3Error(400, "AuthorizationHeaderMalformed", `The region is wrong; expecting '${credentials.region}'.`);

  const time = headerText(request.headers, "x-amz-date");
  const sentAt = Date.parse(time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
  if (!(Math.abs(now.getTime() - sentAt) <= fifteenMinutes) || !time.startsWith(day))
    throw new S3Error(403, "RequestTimeTooSkewed", "The request time and the server's time differ too much.");

  const names = signedHeaderNames.split(";");
  const mustBeSigned = ["host", ...Object.keys(request.headers).filter((name) => name.startsWith("x-amz-"))];
  const unsigned = mustBeSigned.filter((name) => !names.includes(name));
  if (unsigned.length > 0)
    throw new S3Error(403, "AccessDenied", `Headers present in the request were not signed: ${unsigned.join(", ")}`);

  const canonicalRequest = [
    request.method,
    ...canonicalPathAndQuery(request.url),
    ...names.map((name) => `${name}:${headerText(request.headers, name).trim().replace(/ +/g, " ")}`),
    "",
    signedHeaderNames,
    headerText(request.headers, "x-amz-content-sha256"),
  ].join("\n");
  const scope = `${day}/${region}/s3/aws4_request`;
  const stringToSign = ["AWS4-HMAC-SHA256", time, scope, sha256(canonicalRequest)].join("\n");
  const key = [day, region, "s3", "aws4_request"].reduce<Buffer | string>(
    (key, part) => createHmac("sha256", key).update(part).digest(),
    `AWS4${credentials.secretAccessKey}`,
  );
  const expected = createHmac("sha256", key).update(stringToSign).digest();
  if (!timingSafeEqual(expected, Buffer.from(signature, "hex")))
    throw new S3Error(403, "SignatureDoesNotMatch", "The request signature we calculated does not match yours.");
}

function canonicalPathAndQuery(url: string): [path: string, query: string] {
  const [path = "/", query = ""] = url.split("?", 2);
  const canonicalPath = path
    .split("/")
    .map((segment) => encode(decodeURIComponent(segment)))
    .join("/");
  const canonicalQuery = query
    .split("&")
    .filter((pair) => pair !== "")
    .map((pair) => pair.split("=", 2).map((part) => encode(decodeURIComponent(part))))
    .map(([name = "", value = ""]) => `${name}=${value}`)
    .sort()
    .join("&");
  return [canonicalPath, canonicalQuery];
}

/** RFC 3986: everything but the unreserved characters is percent-encoded. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

function headerText(headers: IncomingHttpHeaders, name: string): string {
  const value = headers[name];
  return Array.isArray(value) ? value.join(",") : (value ?? "");
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
