/** A cookie that the page can read: this browser has a session. It opens nothing; the tokens are in cookies that no script sees. */
export const signedInCookie = "mm_signed_in";
