import type { SignInProvider } from "@mindmesh/contracts/identity";

/** What another provider says about a person. */
export interface ProviderProfile {
  issuer: string;
  /** The provider's own id of the person, which never changes. */
  subject: string;
  /** Lower case; null unless the provider has verified it. */
  email: string | null;
  name: string | null;
}

/** What must be kept, in this browser only, until it comes back: it binds the answer to the question. */
interface ProviderChecks {
  state: string;
  nonce: string;
  codeVerifier: string;
}

/** A place where people may prove who they are. */
export interface Provider {
  id: SignInProvider;
  /** As on its button. */
  name: string;
  /** Where to send the browser. @throws AppError provider_unreachable */
  begin(redirectUri: string): Promise<{ url: string; checks: ProviderChecks }>;
  /**
   * Reads who came back.
   * @param callback the URL that the browser was sent to, with its query
   * @throws AppError provider_refused, provider_unreachable
   */
  finish(callback: URL, checks: ProviderChecks): Promise<ProviderProfile>;
}
