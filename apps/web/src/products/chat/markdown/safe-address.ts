const picture = /^data:image\/(?:png|jpe?g|gif|webp|avif);base64,/i;

/** Where a link written by a model or a person may lead: web, mail, or a place in this page. Null for all else. */
export function safeLink(address: string): string | null {
  if (/^(?:https?:|mailto:)/i.test(address) || /^[#/](?![/\\])/.test(address)) return address;
  return null;
}

/**
 * What a picture may be drawn from: our own server, or the text itself. A picture from elsewhere would tell its server
 * who reads, and whatever a model was talked into writing into the address.
 */
export function safePicture(address: string): string | null {
  return address.startsWith("/api/") || picture.test(address) ? address : null;
}
