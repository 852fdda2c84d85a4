import type { SignInProvider } from "@mindmesh/contracts/identity";
import { eq } from "drizzle-orm";
import { AppError } from "../../errors/index.ts";
import { checkSecondFactor, readSecondFactor } from "../account/second-factor.ts";
import type { Identity } from "../dependencies.ts";
import { people } from "../schema.ts";
import { type AttemptOutcome, countAttempt, signInSubjects } from "../sign-in/attempts.ts";
import { readDeviceCookie } from "../sign-in/device-cookie.ts";
import { type Device, type TokenPair, beginSession } from "../sign-in/session-tokens.ts";
import { type Providers, findProvider } from "./configured-providers.ts";
import type { ProviderProfile } from "./provider.ts";
import { type ProviderTrip, ownPath, pendingSignIn, providerTrip, seal, unseal } from "./sealed-cookie.ts";
import { linkProfile, settleProfile } from "./settle-profile.ts";

type Parts = Pick<Identity, "db" | "keys" | "secrets" | "publicUrl">;

/** Where a provider sends the browser back to; the operator registers this address with the provider. */
function callbackUrl(publicUrl: string, provider: SignInProvider): string {
  return `${publicUrl}/api/auth/providers/${provider}/callback`;
}

/**
 * Sets out to another provider.
 * @returns where to send the browser, and the cookie that it needs when it comes back
 * @throws AppError not_found, provider_unreachable
 */
export async function beginProviderTrip(
  { keys, publicUrl }: Pick<Identity, "keys" | "publicUrl">,
  providers: Providers,
  trip: {
    provider: SignInProvider;
    returnTo: string | undefined;
    invitation?: string | undefined;
    link?: { personId: string; sessionId: string };
  },
): Promise<{ url: string; cookie: string }> {
  const { url, checks } = await findProvider(providers, trip.provider).begin(callbackUrl(publicUrl, trip.provider));
  const kept: ProviderTrip = {
    ...checks,
    provider: trip.provider,
    returnTo: ownPath(trip.returnTo),
    ...(trip.invitation !== undefined && { invitation: trip.invitation }),
    ...(trip.link && { link: trip.link }),
  };
  return { url, cookie: await seal(keys.provider, "trip", kept) };
}

/** What the browser kept of its way out; null when it brings nothing, or something of another provider. */
export async function readTrip(
  { keys }: Pick<Identity, "keys">,
  provider: SignInProvider,
  cookie: string | undefined,
): Promise<ProviderTrip | null> {
  const trip = await unseal(keys.provider, "trip", cookie, providerTrip);
  return trip?.provider === provider ? trip : null;
}

export type Arrival =
  | { kind: "signed_in"; personId: string; pair: TokenPair }
  /** The cookie to keep until the code of the authenticator app is there. */
  | { kind: "second_factor"; cookie: string }
  | { kind: "linked" };

/**
 * Receives a browser that comes back from another provider.
 * @param query of the URL that it was sent to, with the question mark
 * @throws AppError as `Provider.finish`, `settleProfile` and `linkProfile`
 */
export async function finishProviderTrip(
  parts: Parts,
  providers: Providers,
  trip: ProviderTrip,
  query: string,
  device: Device,
): Promise<Arrival> {
  const provider = findProvider(providers, trip.provider);
  const profile: ProviderProfile = await provider.finish(
    new URL(`${callbackUrl(parts.publicUrl, trip.provider)}${query}`),
    { state: trip.state, nonce: trip.nonce, codeVerifier: trip.codeVerifier },
  );
  const visitor = { personId: null, ip: device.ip, requestId: device.requestId };
  return parts.db.system(async (tx): Promise<Arrival> => {
    if (trip.link) {
      await linkProfile(tx, provider, profile, trip.link, { ...visitor, personId: trip.link.personId });
      return { kind: "linked" };
    }
    const person = await settleProfile(tx, provider, profile, trip.invitation, visitor);
    if ((await readSecondFactor(tx, person.id)) !== null) {
      const pending = { personId: person.id, method: trip.provider };
      return { kind: "second_factor", cookie: await seal(parts.keys.provider, "pending", pending) };
    }
    const pair = await beginSession(tx, parts.keys.access, person.id, device, trip.provider);
    return { kind: "signed_in", personId: person.id, pair };
  });
}

type Checked = { outcome: AttemptOutcome; value: null | AppError };

/**
 * Finishes a sign-in through another provider with the second factor.
 * @param pendingCookie what `finishProviderTrip` gave
 * @throws AppError session_ended when that is missing or too old, second_factor_wrong, account_disabled, locked_out
 */
export async function finishSecondFactor(
  { db, keys, secrets }: Parts,
  pendingCookie: string | undefined,
  code: string,
  device: Device,
  knownDevice: string | undefined,
): Promise<TokenPair & { personId: string }> {
  const pending = await unseal(keys.provider, "pending", pendingCookie, pendingSignIn);
  if (pending === null) throw new AppError("session_ended");
  const { personId, method } = pending;
  const [person] = await db.system((tx) => tx.select().from(people).where(eq(people.id, personId)));
  if (!person) throw new AppError("session_ended");
  if (person.disabledAt !== null) throw new AppError("account_disabled");
  const knownDeviceId = await readDeviceCookie(keys.device, knownDevice, personId);
  const subjects = signInSubjects({ email: person.email, ip: device.ip, knownDeviceId });
  const refusal = await countAttempt(db, subjects, async (): Promise<Checked> => {
    const factor = await checkSecondFactor(db, secrets, personId, code);
    return factor === "wrong"
      ? { outcome: "wrong", value: new AppError("second_factor_wrong") }
      : { outcome: "right", value: null };
  });
  if (refusal !== null) throw refusal;
  return db.system(async (tx) => ({
    personId,
    ...(await beginSession(tx, keys.access, personId, device, method)),
  }));
}
