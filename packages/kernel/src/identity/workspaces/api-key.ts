import { hash, randomInt, timingSafeEqual } from "node:crypto";
import type { Scope } from "@mindmesh/contracts/route";

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const form = /^mm_([0-9a-f]{32})_([0-9A-Za-z]{40})$/;
const narrowToWide = ["read", "write", "admin"] as const;

/** A new secret of 40 letters and digits (238 random bits): no sign that a double click would stop at. */
export function newApiKeySecret(): { secret: string; secretHash: Buffer; ending: string } {
  const secret = Array.from({ length: 40 }, () => alphabet[randomInt(alphabet.length)]).join("");
  return { secret, secretHash: hashOf(secret), ending: secret.slice(-4) };
}

/** The key as a program sends it: `mm_<id>_<secret>`. */
export function formatApiKey(id: string, secret: string): string {
  return `mm_${id.replaceAll("-", "")}_${secret}`;
}

/** Id and secret of a key; null for what is no key at all. */
export function parseApiKey(text: string): { id: string; secret: string } | null {
  const [, digits, secret] = form.exec(text) ?? [];
  if (digits === undefined || secret === undefined) return null;
  const part = (from: number, to: number) => digits.slice(from, to);
  return { id: `${part(0, 8)}-${part(8, 12)}-${part(12, 16)}-${part(16, 20)}-${part(20, 32)}`, secret };
}

export function apiKeyFits(secretHash: Buffer, secret: string): boolean {
  return timingSafeEqual(secretHash, hashOf(secret));
}

/** A wider scope includes the narrower ones. */
export function scopesOf(scope: Scope): ReadonlySet<Scope> {
  return new Set(narrowToWide.slice(0, narrowToWide.indexOf(scope) + 1));
}

function hashOf(secret: string): Buffer {
  return hash("sha256", secret, "buffer");
}
