import { createHash, randomBytes } from "node:crypto";

/** A secret of 256 random bits for a link or a cookie; only its hash is stored. */
export function newOneTimeToken(): { token: string; tokenHash: Buffer } {
  const token = randomBytes(32).toString("base64url");
  return { token, tokenHash: hashOneTimeToken(token) };
}

/** SHA-256: a token is random enough that a slow hash would add nothing. */
export function hashOneTimeToken(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}
