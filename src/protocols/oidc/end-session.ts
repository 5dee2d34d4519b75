/** Signing out at the provider (OpenID Connect RP-Initiated Logout 1.0, section 2). */
import type { Provider } from "./surroundings.js";

/** The parameters of the address. A missing value is left out. */
export interface EndSessionRequest {
  readonly clientId: string;
  /** The registered address to which the provider sends the person afterwards; `null` to stay at the provider. */
  readonly returnUrl: string | null;
  /** The provider returns the state to `returnUrl`. */
  readonly state?: string;
  /** The ID token of the sign-in. With it, the provider usually does not ask the person. */
  readonly idTokenHint?: string;
  /** The provider's name of the person, in place of an ID token. */
  readonly logoutHint?: string;
}

/** Returns the address that signs the person out at the provider as well, or `null` if the provider has no such endpoint. */
export function makeEndSessionUrl(provider: Provider, request: EndSessionRequest): string | null {
  if (provider.endSessionEndpoint === null) return null;
  const url = new URL(provider.endSessionEndpoint);
  const { clientId, returnUrl, state, idTokenHint, logoutHint } = request;
  url.searchParams.set("client_id", clientId);
  if (idTokenHint !== undefined) url.searchParams.set("id_token_hint", idTokenHint);
  if (logoutHint !== undefined) url.searchParams.set("logout_hint", logoutHint);
  if (returnUrl !== null) {
    url.searchParams.set("post_logout_redirect_uri", returnUrl);
    if (state !== undefined) url.searchParams.set("state", state);
  }
  return url.href;
}
