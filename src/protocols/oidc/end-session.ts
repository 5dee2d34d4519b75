/** Signing out at the provider (OpenID Connect RP-Initiated Logout 1.0, section 2). */
import type { Provider } from "./surroundings.js";

/**
 * Where to redirect the browser to sign the person out at the provider as well; `null` if the provider has no such
 * endpoint. Usher does not store ID tokens, so it sends the client id in place of `id_token_hint`.
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
