/** Signing out at the provider (OpenID Connect RP-Initiated Logout 1.0, section 2). */
import type { Provider } from "./surroundings.js";

/**
 * Returns the address that signs the person out at the provider as well, or `null` if the provider has no such
 * endpoint. Usher does not store ID tokens, so it sends the client id in place of `id_token_hint`.
 *
 * @param returnUrl the registered address to which the provider sends the person afterwards; `null` to stay at the
 *   provider
 */
export function makeEndSessionUrl(provider: Provider, clientId: string, returnUrl: string | null): string | null {
  if (provider.endSessionEndpoint === null) return null;
  const url = new URL(provider.endSessionEndpoint);
  url.searchParams.set("client_id", clientId);
  if (returnUrl !== null) url.searchParams.set("post_logout_redirect_uri", returnUrl);
  return url.href;
}
