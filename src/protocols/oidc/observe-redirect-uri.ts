/**
 * Finds out without a person whether a provider knows the redirect URI. The provider answers an authorization request
 * with `prompt=none` (OpenID Connect Core 1.0, section 3.1.2.1) at the redirect URI if it is registered. If not, it
 * shows an error page.
 */
import { error, finding, ok, type Finding } from "./findings.js";
import { challengeOf, makeRandomValue } from "./pkce.js";
import { interpretProviderError } from "./provider-errors.js";
import { OIDC_REFUSALS } from "./refusals.js";
import type { Client, Provider, Surroundings } from "./surroundings.js";

const CHECK = "REDIRECT_URI_REGISTERED";
const TIMEOUT_MILLISECONDS = 10_000;
const LONGEST_PAGE = 200_000;

/**
 * Makes the finding. Only a parameter of the redirect, or an error code in the page, is certain. Every other page gives
 * at most a warning.
 */
export async function observeRedirectUri(
  provider: Provider,
  { client, pkce }: { readonly client: Client; readonly pkce: boolean },
  surroundings: Surroundings,
): Promise<Finding> {
  const answer = await ask(provider, client, pkce, surroundings);
  if (answer === null)
    return ok(
      CHECK,
      "Usher cannot check from here whether the provider knows the redirect URI: sign in once with a browser.",
    );
  const { status, location, text } = answer;
  if (location !== null) return judgeRedirect(location, client.redirectUri);
  const page = text.replace(/redirect_uri(=|%3D)/gi, "");
  if (/AADSTS50011\b|redirect_uri_mismatch/.test(page)) return unknown(`it answered status ${status}`);
  if (status >= 400 && status < 500 && /redirect[_ ]?ur[il]|callback url/i.test(page))
    return finding(
      CHECK,
      "WARNING",
      `The provider answered status ${status} with a page about the redirect URI; it probably does not know ${client.redirectUri}.`,
      OIDC_REFUSALS.OIDC_REDIRECT_URI_MISMATCH.remedy,
    );
  return ok(CHECK, "The provider does not say without a sign-in whether it knows the redirect URI.");
}

function judgeRedirect(location: string, redirectUri: string): Finding {
  const target = URL.canParse(location) ? new URL(location) : null;
  const [address = ""] = location.split(/[?#]/);
  if (address === redirectUri) return ok(CHECK, "The provider knows the redirect URI.");
  const refusal = interpretProviderError(
    target?.searchParams.get("error") ?? target?.searchParams.get("code"),
    target?.searchParams.get("error_description"),
  );
  if (refusal.code === "OIDC_REDIRECT_URI_MISMATCH") return unknown(refusal.detail ?? "");
  return ok(CHECK, "The provider does not say without a sign-in whether it knows the redirect URI.");
}

function unknown(detail: string): Finding {
  return error(CHECK, `The provider does not know the redirect URI (${detail}).`, "OIDC_REDIRECT_URI_MISMATCH");
}

/**
 * Sends the authorization request. Returns `null` if this machine cannot reach the address, which may be reachable only
 * for browsers.
 */
async function ask(provider: Provider, client: Client, pkce: boolean, { fetch }: Surroundings) {
  const url = new URL(provider.authorizationEndpoint);
  const parameters = {
    response_type: "code",
    client_id: client.id,
    redirect_uri: client.redirectUri,
    scope: "openid",
    state: makeRandomValue(),
    nonce: makeRandomValue(),
    prompt: "none",
    ...(pkce && { code_challenge: challengeOf(makeRandomValue()), code_challenge_method: "S256" }),
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MILLISECONDS);
    const response = await fetch(url.href, { headers: { accept: "text/html" }, redirect: "manual", signal });
    const location = response.headers.get("location");
    if (location !== null) await response.body?.cancel();
    return { status: response.status, location, text: location === null ? await readStart(response) : "" };
  } catch (failure) {
    // Usher's fetch refuses a redirect with an error that contains the location.
    const { location } = failure as { readonly location?: unknown };
    return typeof location === "string" ? { status: 302, location, text: "" } : null;
  }
}

async function readStart(response: Response): Promise<string> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of (response.body ?? []) as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > LONGEST_PAGE) break;
  }
  return text;
}
