import { programScopes } from "@mindmesh/contracts/oauth";
import { mcpResource } from "./authorization-server.ts";

/** Where the document about /mcp lies, for the WWW-Authenticate header (RFC 9728, section 5.1). */
export const protectedResourceUrl = (publicUrl: string): string =>
  `${publicUrl}/.well-known/oauth-protected-resource/mcp`;

/** What protects /mcp (RFC 9728). `admin` is asked for when a tool needs it. */
export function protectedResource(publicUrl: string) {
  return {
    resource: mcpResource(publicUrl),
    authorization_servers: [publicUrl],
    scopes_supported: ["read", "write"],
    bearer_methods_supported: ["header"],
    resource_name: "Mindmesh",
  };
}

/** The authorization server (RFC 8414): what a program needs to know, and nothing of OpenID Connect, which is not there. */
export function authorizationServerMetadata(publicUrl: string) {
  const authMethods = ["none", "private_key_jwt"];
  return {
    issuer: publicUrl,
    authorization_endpoint: `${publicUrl}/oauth/authorize`,
    token_endpoint: `${publicUrl}/oauth/token`,
    registration_endpoint: `${publicUrl}/oauth/register`,
    revocation_endpoint: `${publicUrl}/oauth/revoke`,
    scopes_supported: [...programScopes],
    response_types_supported: ["code"],
    response_modes_supported: ["query"],
    grant_types_supported: ["authorization_code", "refresh_token"],
    token_endpoint_auth_methods_supported: authMethods,
    token_endpoint_auth_signing_alg_values_supported: ["ES256", "RS256", "PS256", "EdDSA"],
    revocation_endpoint_auth_methods_supported: authMethods,
    code_challenge_methods_supported: ["S256"],
    authorization_response_iss_parameter_supported: true,
    client_id_metadata_document_supported: true,
  };
}
