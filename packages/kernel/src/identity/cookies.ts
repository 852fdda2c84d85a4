import "@fastify/cookie";
import type { FastifyReply } from "fastify";
import { type TokenPair, accessTokenSeconds, refreshTokenSeconds } from "./session-tokens.ts";

export const accessCookie = "mm_access";
export const refreshCookie = "mm_refresh";

/** Puts the pair into HttpOnly cookies; the refresh token travels to its own route only. */
export function setSessionCookies(reply: FastifyReply, pair: TokenPair, secure: boolean): void {
  const shared = { httpOnly: true, secure, sameSite: "lax" } as const;
  void reply.setCookie(accessCookie, pair.accessToken, { ...shared, path: "/", maxAge: accessTokenSeconds });
  void reply.setCookie(refreshCookie, pair.refreshToken, { ...shared, path: "/api/auth", maxAge: refreshTokenSeconds });
}

export function clearSessionCookies(reply: FastifyReply): void {
  void reply.clearCookie(accessCookie, { path: "/" });
  void reply.clearCookie(refreshCookie, { path: "/api/auth" });
}
