import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import { deriveKey } from "./master-key.ts";

// version (1) | wrapping key's id (8) | nonce (12) | wrapped data key (32) | tag (16) | nonce (12) | ciphertext | tag (16)
const version = 1;
const keyIdBytes = 8;
const nonceBytes = 12;
const tagBytes = 16;
const dataKeyBytes = 32;
const wrappedAt = 1 + keyIdBytes;
const contentAt = wrappedAt + nonceBytes + dataKeyBytes + tagBytes;

/** What was stored cannot be decrypted here; the message says why. */
export class UndecipherableSecret extends Error {
  override readonly name = "UndecipherableSecret";
}

/** A key that only encrypts the keys of envelopes; `id` tells which one without telling anything about it. */
export interface WrappingKey {
  id: Buffer;
  key: Buffer;
}

export function wrappingKey(masterKey: string): WrappingKey {
  const key = deriveKey(masterKey, "envelope");
  return { key, id: createHash("sha256").update("mindmesh key id").update(key).digest().subarray(0, keyIdBytes) };
}

function seal(key: Buffer, content: Buffer, context: Buffer): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(context);
  return Buffer.concat([nonce, cipher.update(content), cipher.final(), cipher.getAuthTag()]);
}

function unseal(key: Buffer, sealed: Buffer, context: Buffer): Buffer {
  const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, nonceBytes), { authTagLength: tagBytes });
  decipher.setAAD(context).setAuthTag(sealed.subarray(-tagBytes));
  return Buffer.concat([decipher.update(sealed.subarray(nonceBytes, -tagBytes)), decipher.final()]);
}

/**
 * Encrypts text with a fresh data key, which is itself encrypted with the wrapping key (AES-256-GCM both). `context`
 * says what the text belongs to, for example a row's id; the same context is needed to decrypt, so that an envelope
 * copied into another row is worthless.
 */
export function sealEnvelope(wrapping: WrappingKey, text: string, context: string): Buffer {
  const header = Buffer.concat([Buffer.of(version), wrapping.id]);
  const dataKey = randomBytes(dataKeyBytes);
  const wrapped = seal(wrapping.key, dataKey, Buffer.concat([header, Buffer.from(context)]));
  const content = seal(dataKey, Buffer.from(text), Buffer.from(context));
  dataKey.fill(0);
  return Buffer.concat([header, wrapped, content]);
}

/** The id of the wrapping key that an envelope needs, in hexadecimal. */
export function envelopeKeyId(envelope: Buffer): string {
  return envelope.subarray(1, wrappedAt).toString("hex");
}

/** @throws UndecipherableSecret when no key fits, the context is another one, or a bit was changed */
export function openEnvelope(keys: readonly WrappingKey[], envelope: Buffer, context: string): string {
  if (envelope.length < contentAt + nonceBytes + tagBytes || envelope[0] !== version) {
    throw new UndecipherableSecret("A stored secret is damaged: enter it again.");
  }
  const id = envelopeKeyId(envelope);
  const wrapping = keys.find((each) => each.id.toString("hex") === id);
  if (!wrapping) {
    throw new UndecipherableSecret(
      `A stored secret was encrypted under another key (${id}). Start the server with the SECRET_KEY or the ` +
        "secret.key file it was stored with, or enter the secret again.",
    );
  }
  try {
    const header = Buffer.concat([envelope.subarray(0, wrappedAt), Buffer.from(context)]);
    const dataKey = unseal(wrapping.key, envelope.subarray(wrappedAt, contentAt), header);
    return unseal(dataKey, envelope.subarray(contentAt), Buffer.from(context)).toString();
  } catch (cause) {
    throw new UndecipherableSecret("A stored secret is damaged: enter it again.", { cause });
  }
}
