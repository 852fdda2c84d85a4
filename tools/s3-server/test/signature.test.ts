import { expect, test } from "vitest";
import { checkSignature } from "../src/signature.ts";

// The worked example "GET Object" of the Amazon S3 API reference, "Examples: Signature calculations in AWS Signature Version 4".
const credentials = {
  accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  region: "us-east-1",
};
const sentAt = new Date("2013-05-24T00:00:00Z");
const example = {
  method: "GET",
  url: "/test.txt",
  headers: {
    host: "examplebucket.s3.amazonaws.com",
    range: "bytes=0-9",
    "x-amz-content-sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "x-amz-date": "20130524T000000Z",
    authorization:
      "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
  },
};

test("the worked example of AWS is accepted", () => {
  expect(() => checkSignature(example, credentials, sentAt)).not.toThrow();
});

test.each([
  ["another object", { ...example, url: "/other.txt" }, credentials, sentAt, "SignatureDoesNotMatch"],
  ["another secret", example, { ...credentials, secretAccessKey: "wrong" }, sentAt, "SignatureDoesNotMatch"],
  ["an hour later", example, credentials, new Date("2013-05-24T01:00:00Z"), "RequestTimeTooSkewed"],
  ["no signature", { ...example, headers: { host: "x" } }, credentials, sentAt, "AccessDenied"],
  [
    "an x-amz header that is not signed",
    { ...example, headers: { ...example.headers, "x-amz-acl": "public-read" } },
    credentials,
    sentAt,
    "AccessDenied",
  ],
])("%s is refused", (_case, request, credentials, now, code) => {
  expect(() => checkSignature(request, credentials, now)).toThrow(expect.objectContaining({ code }));
});
