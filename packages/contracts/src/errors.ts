/**
 * The one table of errors. Every failure that reaches a client is one of these codes; the message says what to do.
 * `status` is the HTTP status of the answer.
 */
export const errorTable = {
  bad_request: { status: 400, message: "The request could not be read. Check its form and send it again." },
  not_signed_in: { status: 401, message: "Sign in to continue." },
  wrong_credentials: { status: 401, message: "E-mail address or password is not right." },
  second_factor_required: { status: 401, message: "Enter the code of your authenticator app." },
  second_factor_wrong: { status: 401, message: "This code is not right or has been used. Wait for the next one." },
  session_ended: { status: 401, message: "This session has ended. Sign in again." },
  link_expired: { status: 401, message: "This link has been used or has expired. Ask for a new one." },
  provider_refused: { status: 401, message: "The other provider did not confirm who you are. Try again." },
  sign_in_again: { status: 403, message: "For this, sign in again first: your sign-in is too old." },
  device_required: { status: 403, message: "An API key cannot do this. Sign in on the page." },
  account_disabled: { status: 403, message: "This account is locked. Ask the owner of the server." },
  email_unverified: {
    status: 403,
    message: "The other provider has not verified your e-mail address. Do that there first.",
  },
  price_unknown: {
    status: 402,
    message: "The price of this model is not known, and a budget lets no such call through.",
  },
  budget_exhausted: { status: 402, message: "The budget for model calls is used up." },
  not_allowed: { status: 403, message: "Your role does not allow this. Ask an owner or admin of the workspace." },
  scope_missing: { status: 403, message: "This API key has not the scope that the request needs." },
  sign_up_closed: { status: 403, message: "Sign-up is closed on this server. Ask for an invitation." },
  cross_site: { status: 403, message: "The request came from another site and was refused." },
  not_found: { status: 404, message: "There is nothing here, or you may not see it." },
  conflict: { status: 409, message: "Somebody changed this in the meantime. Load it again and repeat your change." },
  already_exists: { status: 409, message: "This exists already." },
  link_needed: {
    status: 409,
    message: "An account with this address exists. Sign in with its password, then link this sign-in in the settings.",
  },
  approval_void: { status: 409, message: "This approval cannot be used. Ask for a new one." },
  kernel_ended: { status: 409, message: "This interpreter has ended and its variables are gone. Start it again." },
  call_cancelled: { status: 409, message: "The call was cancelled." },
  last_owner: {
    status: 409,
    message: "The workspace would have no owner. Make somebody else an owner first, or delete the workspace.",
  },
  too_large: { status: 413, message: "This is too large." },
  workspace_full: {
    status: 413,
    message: "The workspace has no room left for this file. Delete files that are not needed.",
  },
  unsupported_type: { status: 415, message: "This kind of content is not supported here." },
  invalid_fields: { status: 422, message: "Some fields need correction." },
  too_many_requests: { status: 429, message: "Too many requests. Wait a little and try again." },
  queue_full: { status: 429, message: "Too many programs are waiting to run. Try again in a moment." },
  locked_out: { status: 429, message: "Too many failed attempts. Wait before you try again." },
  internal: { status: 500, message: "Something went wrong on the server. It has been recorded; try again." },
  model_failed: { status: 502, message: "The model provider could not answer." },
  tool_failed: { status: 502, message: "The tool failed. It has been recorded; try something else." },
  provider_unreachable: { status: 502, message: "The other server could not be reached." },
  no_model: { status: 503, message: "No model is configured. Add a key under Settings, Models." },
  unavailable: { status: 503, message: "The server is starting or stopping. Try again in a moment." },
  sandbox_off: {
    status: 503,
    message: "Running code is off on this server. The settings and `mindmesh doctor` say why.",
  },
  statement_refused: { status: 422, message: "This statement is not let through to the database." },
  statement_failed: { status: 422, message: "The database refused the statement." },
  database_unreachable: { status: 502, message: "The database could not be reached. Check the connection." },
  tool_timed_out: { status: 504, message: "The tool took too long and was stopped." },
  storage_full: {
    status: 507,
    message: "The server's disk is full. Nothing was stored; ask the operator to make room.",
  },
} as const satisfies Record<string, { status: number; message: string }>;

export type ErrorCode = keyof typeof errorTable;

/** The body of every answer that is not a success. */
export interface ErrorBody {
  error: {
    code: ErrorCode;
    message: string;
    /** Field path to message, for `invalid_fields`. */
    fields?: Record<string, string>;
    /** Seconds to wait, for 429. */
    retryAfterSeconds?: number;
    requestId?: string;
  };
}
