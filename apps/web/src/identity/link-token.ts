import { useState } from "react";

/** The secret in the fragment of a link (`/invitation#token`), read once and taken out of the address at once. */
export function useLinkToken() {
  const [token] = useState(() => {
    const { hash, pathname, search } = window.location;
    if (hash.length > 1) window.history.replaceState(window.history.state, "", `${pathname}${search}`);
    return hash.slice(1);
  });
  return token;
}
