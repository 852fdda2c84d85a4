import {
  AuthorizationResponseError,
  ClientError,
  ResponseBodyError,
  WWWAuthenticateChallengeError,
} from "openid-client";
import { AppError } from "../../errors/index.ts";

/** What went wrong at another provider, in our words: it refused, or it could not be reached. */
export function asProviderError(error: unknown, name: string): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof AuthorizationResponseError) {
    const message =
      error.error === "access_denied"
        ? `The sign-in with ${name} was cancelled.`
        : `${name} refused the sign-in: ${plain(error.error_description ?? error.error)}`;
    return new AppError("provider_refused", { message, cause: error });
  }
  if (error instanceof ResponseBodyError) {
    const message = `${name} refused the sign-in: ${plain(error.error_description ?? error.error)}`;
    return new AppError("provider_refused", { message, cause: error });
  }
  const unreachable =
    error instanceof TypeError ||
    (error instanceof ClientError &&
      (error.code === "OAUTH_TIMEOUT" || error.code === "OAUTH_RESPONSE_IS_NOT_CONFORM"));
  if (unreachable && !(error instanceof WWWAuthenticateChallengeError)) {
    return new AppError("provider_unreachable", {
      message: `${name} could not be reached. Try again in a moment.`,
      cause: error,
    });
  }
  return new AppError("provider_refused", { cause: error });
}

function plain(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, " ").slice(0, 200);
}
