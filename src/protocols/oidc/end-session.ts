/** Signing out at the provider (OpenID Connect RP-Initiated Logout 1.0, section 2). */
import type { Provider } from "./surroundings.js";

/**
 * Where to send the browser so that the person is signed out at the provider as well; `null` when the provider has no
 * such endpoint. ID tokens are not kept, so that the client id stands in for `id_token_hint`.
 *
 * @param returnUrl where the provider sends the person afterwards, registered there; `null` to stay at the provider
 */
export function makeEndSessionUrl(provider: Provider, clientId: string, returnUrl: string | null): string | null {
  if (provider.endSessionEndpoint === null) return null;
  const url = new URL(provider.endSessionEndpoint);
  url.searchParams.set("client_id", clientId);
  if (returnUrl !== null) url.searchParams.set("post_logout_redirect_uri", returnUrl);
  return url.href;
}
