import type { Database } from "../db/index.ts";
import type { Realtime } from "../realtime/index.ts";
import type { Secrets } from "../secrets/index.ts";
import type { KeptApiKeys } from "./caller-of-key.ts";
import type { Mails } from "./mails/mail-jobs.ts";

/** Keys of 32 bytes, each derived for its one purpose. */
export interface IdentityKeys {
  /** Signs access tokens. */
  access: Uint8Array;
  /** Signs the cookies of devices that have signed in before. */
  device: Uint8Array;
  /** Encrypts the cookies that a sign-in through another provider needs on its way. */
  provider: Uint8Array;
}

/** What the use cases of identity are given; each names what it takes of it. */
export interface Identity {
  db: Database;
  keys: IdentityKeys;
  secrets: Pick<Secrets, "encrypt" | "decrypt">;
  realtime: Pick<Realtime, "disconnect">;
  /** Ends what is kept of a person's API keys, after a change of what they may do. */
  forgetKeys: KeptApiKeys["forget"];
  /** null: the server cannot send e-mail. */
  mails: Mails | null;
  /** Where people reach this server, without a slash at the end. */
  publicUrl: string;
}
