/** For the transaction that reads or writes everything: the same text on every server, no time limits, no hidden rows. */
export const sessionSettings = [
  "SET LOCAL timezone = 'UTC'",
  "SET LOCAL datestyle = 'ISO, MDY'",
  "SET LOCAL intervalstyle = 'iso_8601'",
  "SET LOCAL extra_float_digits = 3",
  "SET LOCAL statement_timeout = 0",
  "SET LOCAL lock_timeout = 0",
  "SET LOCAL idle_in_transaction_session_timeout = 0",
  // An error rather than a backup with rows left out, should a policy ever apply to the owner.
  "SET LOCAL row_security = off",
].join("; ");
