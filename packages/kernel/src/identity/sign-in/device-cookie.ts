import { SignJWT, jwtVerify } from "jose";
import { v7 as uuidv7 } from "uuid";

/** How long a device is remembered as one that has signed in to an account. */
export const deviceCookieSeconds = 365 * 24 * 3600;

/**
 * A cookie that says that this device has signed in to the account before. It opens nothing; it only keeps strangers'
 * failures from locking the device out.
 */
export function signDeviceCookie(key: Uint8Array, personId: string): Promise<string> {
  return new SignJWT({ device: uuidv7() })
    .setProtectedHeader({ alg: "HS256", typ: "device" })
    .setSubject(personId)
    .setIssuedAt()
    .setExpirationTime(`${deviceCookieSeconds}s`)
    .sign(key);
}

/** The device's id when the cookie was made for this person, else null. */
export async function readDeviceCookie(
  key: Uint8Array,
  cookie: string | undefined,
  personId: string | undefined,
): Promise<string | null> {
  if (cookie === undefined) return null;
  try {
    const { payload } = await jwtVerify(cookie, key, { algorithms: ["HS256"], typ: "device" });
    return payload.sub === personId && typeof payload.device === "string" ? payload.device : null;
  } catch {
    return null;
  }
}
