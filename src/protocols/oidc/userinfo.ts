/** Further claims from the userinfo endpoint (OpenID Connect Core 1.0, section 5.3). */
import { refuse } from "./refusals.js";
import { isObject, requestJson } from "./request-json.js";
import type { Claims, Surroundings } from "./surroundings.js";

/**
 * Claims that say who vouches for whom, when and how, and which tenant or domain that is. They count only with the ID
 * token's signature, so userinfo cannot supply them.
 */
const PROTOCOL_CLAIMS: ReadonlySet<string> = new Set(
  (
    "iss sub aud azp exp iat nbf nonce jti sid at_hash c_hash acr amr auth_time events typ cnf sub_jwk " +
    "tid oid idp ver hd xms_edov"
  ).split(" "),
);

/**
 * Asks for userinfo and adds what the ID token lacks.
 *
 * @throws ProtocolRefusal `OIDC_USERINFO_INVALID`, `OIDC_USERINFO_SUBJECT_MISMATCH`, and what `requestJson` throws
 */
export async function addUserinfo(
  claims: Claims,
  endpoint: string,
  accessToken: string,
  surroundings: Surroundings,
): Promise<Claims> {
  const { status, body } = await requestJson(surroundings, "the userinfo endpoint", endpoint, {
    headers: { authorization: `Bearer ${accessToken}` },
  });
  if (status >= 500) return refuse("OIDC_PROVIDER_UNAVAILABLE", `the userinfo endpoint answered status ${status}`);
  if (status !== 200 || !isObject(body))
    return refuse("OIDC_USERINFO_INVALID", `status ${status}, ${isObject(body) ? "an object" : "not an object"}`);
  // Core 5.3.2: without this, a token of one person could be completed with another person's address.
  if (body["sub"] !== claims["sub"]) return refuse("OIDC_USERINFO_SUBJECT_MISMATCH");
  return mergeClaims(claims, body);
}

/** The ID token's claims, and of userinfo what they lack. */
function mergeClaims(claims: Claims, userinfo: Claims): Claims {
  const merged = new Map(Object.entries(claims));
  for (const [name, value] of Object.entries(userinfo))
    if (!PROTOCOL_CLAIMS.has(name) && !merged.has(name)) merged.set(name, value);
  // email_verified speaks of the address beside it (Core 5.1), so it never comes from the other one's source.
  const isUserinfosAddress =
    claims["email"] === undefined || (claims["email_verified"] === undefined && claims["email"] === userinfo["email"]);
  const { email_verified: verified } = isUserinfosAddress ? userinfo : claims;
  if (verified === undefined) merged.delete("email_verified");
  else merged.set("email_verified", verified);
  return Object.fromEntries(merged);
}
