import { signInProvider } from "@mindmesh/contracts/identity";
import { EncryptJWT, jwtDecrypt } from "jose";
import { z } from "zod";

/** How long somebody may take at the other provider, and with the code of the authenticator app. */
export const providerTripSeconds = 10 * 60;

/** What a sign-in through another provider remembers while the browser is away. */
export const providerTrip = z.object({
  provider: signInProvider,
  state: z.string(),
  nonce: z.string(),
  codeVerifier: z.string(),
  returnTo: z.string(),
  /** Set when a signed-in person links the provider to their account. */
  link: z.object({ personId: z.guid(), sessionId: z.guid() }).optional(),
  invitation: z.string().optional(),
});
export type ProviderTrip = z.infer<typeof providerTrip>;

/** A person who has come back from another provider and still owes the second factor. */
export const pendingSignIn = z.object({ personId: z.guid(), method: signInProvider });

/** Encrypts and authenticates what only this server is to read back. */
export async function seal(key: Uint8Array, purpose: "trip" | "pending", value: object): Promise<string> {
  return new EncryptJWT({ value })
    .setProtectedHeader({ alg: "dir", enc: "A256GCM", typ: purpose })
    .setExpirationTime(`${providerTripSeconds}s`)
    .encrypt(key);
}

/** What was sealed; null when it is not ours, for another purpose, or too old. */
export async function unseal<T extends z.ZodType>(
  key: Uint8Array,
  purpose: "trip" | "pending",
  sealed: string | undefined,
  shape: T,
): Promise<z.output<T> | null> {
  if (sealed === undefined) return null;
  try {
    const { payload } = await jwtDecrypt(sealed, key, {
      keyManagementAlgorithms: ["dir"],
      contentEncryptionAlgorithms: ["A256GCM"],
      typ: purpose,
    });
    return shape.parse(payload["value"]);
  } catch {
    return null;
  }
}

/** A path of our own pages; anything that could lead elsewhere becomes the start page. */
export function ownPath(path: string | undefined): string {
  const base = "http://own.invalid";
  if (path === undefined || !path.startsWith("/")) return "/";
  const parsed = URL.parse(path, base);
  return parsed !== null && parsed.origin === base ? `${parsed.pathname}${parsed.search}${parsed.hash}` : "/";
}
