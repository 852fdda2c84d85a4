import { AppError } from "../errors/index.ts";
import { redirectIsSafe } from "./redirect-address.ts";

/**
 * What a program says about itself, made into what it may be: a public client, kept to the kinds of addresses that the
 * MCP specification allows. RFC 7591 lets a server replace what a client asks for; the answer tells it.
 * @throws AppError bad_request for what is no object
 */
export function readRegistration(body: unknown): { metadata: Record<string, unknown> } | { refused: string } {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw new AppError("bad_request", { message: "Send the client's metadata as a JSON object." });
  }
  const metadata: Record<string, unknown> = { ...body };
  const addresses = metadata["redirect_uris"];
  if (!Array.isArray(addresses) || addresses.length === 0 || addresses.length > 20) {
    return { refused: "redirect_uris must name one to twenty addresses" };
  }
  if (!addresses.every((each) => typeof each === "string" && each.length <= 2000 && redirectIsSafe(each))) {
    return { refused: "redirect_uris must be https, http on this device, or the scheme of a program" };
  }
  // Words that the page of consent does not show are not kept for strangers.
  for (const name of ["scope", "contacts", "logo_uri", "tos_uri", "policy_uri", "jwks", "jwks_uri"])
    delete metadata[name];
  return {
    metadata: { ...metadata, application_type: "native", token_endpoint_auth_method: "none", response_types: ["code"] },
  };
}
