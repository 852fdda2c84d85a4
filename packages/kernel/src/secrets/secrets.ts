import { envelopeKeyId, openEnvelope, sealEnvelope, wrappingKey } from "./envelope.ts";

/** Encrypts what people entrust to the server: providers' keys, tokens, passwords of other systems. */
export interface Secrets {
  /** Id of the key that encrypts now, in hexadecimal. */
  keyId: string;
  /** `context` names what the text belongs to (table and id); decrypting needs the same one. */
  encrypt(text: string, context: string): Buffer;
  /** @throws UndecipherableSecret */
  decrypt(envelope: Buffer, context: string): string;
  /** Whether an older key encrypted it: decrypt and encrypt it again to finish a rotation. */
  isOutdated(envelope: Buffer): boolean;
}

/** `masterKeys` as given by `loadMasterKeys`: the first one encrypts, all of them decrypt. */
export function openSecrets(masterKeys: readonly [string, ...string[]]): Secrets {
  const [first, ...others] = masterKeys;
  const current = wrappingKey(first);
  const all = [current, ...others.map(wrappingKey)];
  const keyId = current.id.toString("hex");
  return {
    keyId,
    encrypt: (text, context) => sealEnvelope(current, text, context),
    decrypt: (envelope, context) => openEnvelope(all, envelope, context),
    isOutdated: (envelope) => envelopeKeyId(envelope) !== keyId,
  };
}
