import "@fastify/cookie";
import { signedInCookie } from "@mindmesh/contracts/session";
import type { FastifyReply } from "fastify";
import { deviceCookieSeconds } from "./sign-in/device-cookie.ts";
import { type TokenPair, accessTokenSeconds, refreshTokenSeconds } from "./sign-in/session-tokens.ts";

export const accessCookie = "mm_access";
export const refreshCookie = "mm_refresh";
/** Says that this device has signed in before; see device-cookie.ts. */
export const deviceCookie = "mm_device";
/** What a sign-in through another provider must remember until the browser comes back. */
export const providerCookie = "mm_provider";
/** A sign-in through another provider that still waits for its second factor. */
export const pendingCookie = "mm_pending";

const base = { httpOnly: true, sameSite: "lax" } as const;

/**
 * Puts the pair into HttpOnly cookies; the refresh token travels to its own routes only. A third one, which the page can
 * read and which is worth nothing to anybody, says that there are such.
 */
export function setSessionCookies(reply: FastifyReply, pair: TokenPair, secure: boolean): void {
  void reply.setCookie(accessCookie, pair.accessToken, { ...base, secure, path: "/", maxAge: accessTokenSeconds });
  void reply.setCookie(refreshCookie, pair.refreshToken, {
    ...base,
    secure,
    path: "/api/auth",
    maxAge: refreshTokenSeconds,
  });
  void reply.setCookie(signedInCookie, "1", {
    ...base,
    httpOnly: false,
    secure,
    path: "/",
    maxAge: refreshTokenSeconds,
  });
}

export function clearSessionCookies(reply: FastifyReply): void {
  void reply.clearCookie(accessCookie, { path: "/" });
  void reply.clearCookie(refreshCookie, { path: "/api/auth" });
  void reply.clearCookie(signedInCookie, { path: "/" });
}

export function setDeviceCookie(reply: FastifyReply, value: string, secure: boolean): void {
  void reply.setCookie(deviceCookie, value, { ...base, secure, path: "/api/auth", maxAge: deviceCookieSeconds });
}

/** A cookie for the routes of sign-in only, gone after some minutes. */
export function setPassingCookie(
  reply: FastifyReply,
  name: typeof providerCookie | typeof pendingCookie,
  value: string,
  settings: { secure: boolean; seconds: number },
): void {
  void reply.setCookie(name, value, {
    ...base,
    secure: settings.secure,
    path: "/api/auth",
    maxAge: settings.seconds,
  });
}

export function clearPassingCookie(reply: FastifyReply, name: typeof providerCookie | typeof pendingCookie): void {
  void reply.clearCookie(name, { path: "/api/auth" });
}
