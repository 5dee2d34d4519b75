/**
 * The steps of the authorization code flow, which all strategies share: `beginSignIn` before the redirect to the
 * provider, `acceptReturn` and `completeSignIn` after it.
 */
import type { FlowDraft, PendingFlow, ReturnExchange, StartExchange } from "../exchange.js";
import { checkAuthentication } from "./authentication.js";
import { acceptAuthorizationResponse } from "./authorization-response.js";
import { checkClaimsSize } from "./claims.js";
import { TOLERATED_SKEW_SECONDS } from "./id-token-checks.js";
import { verifyIdToken } from "./id-token.js";
import { challengeOf, makeRandomValue } from "./pkce.js";
import { quote } from "../refusal.js";
import { refuse } from "./refusals.js";
import type { Prompt, RelyingParty } from "./relying-party.js";
import type { VerifiedSignIn } from "./surroundings.js";
import { requestTokens } from "./token-request.js";
import { askUserinfo } from "./userinfo.js";

/** What to store, and the parameters that the authorization request needs in addition to `state`. */
export interface Beginning {
  readonly draft: FlowDraft;
  /** `nonce`, the code challenge, and hints for the provider. */
  readonly parameters: Readonly<Record<string, string>>;
}

/**
 * Makes the random values and the request parameters of a sign-in (OpenID Connect Core 1.0, section 3.1.2.1; RFC 7636,
 * section 4.3).
 */
export function beginSignIn(party: RelyingParty, step: StartExchange): Beginning {
  const { initiatedBy = null } = step;
  if (initiatedBy !== null && initiatedBy !== party.provider.issuer)
    refuse("OIDC_INITIATED_BY_OTHER_ISSUER", `iss is ${quote(initiatedBy)}, expected was ${party.provider.issuer}`);
  const nonce = makeRandomValue();
  const secrets: Record<string, string> = { nonce };
  const parameters: Record<string, string> = { nonce };
  if (party.pkce) {
    secrets["codeVerifier"] = makeRandomValue();
    parameters["code_challenge"] = challengeOf(secrets["codeVerifier"]);
    parameters["code_challenge_method"] = "S256";
  }
  if (step.forceAuthentication) secrets["forced"] = "yes";
  return { draft: { requestId: null, secrets }, parameters: { ...parameters, ...hintsOf(party, step) } };
}

function hintsOf(party: RelyingParty, step: StartExchange): Record<string, string> {
  const { loginHint = true, domainHint = null, acrValues = null } = party.hints ?? {};
  const { maxAgeSeconds = null, requiredAcr = [] } = party.authentication ?? {};
  const classes = acrValues ?? (requiredAcr.join(" ") || null);
  const prompt = choosePrompt(party, step);
  return {
    ...(maxAgeSeconds !== null && { max_age: String(maxAgeSeconds) }),
    ...(loginHint && step.loginHint !== null && { login_hint: step.loginHint }),
    ...(domainHint !== null && { domain_hint: domainHint }),
    ...(classes !== null && { acr_values: classes }),
    ...(prompt !== null && { prompt }),
  };
}

/**
 * Chooses the `prompt` of a request. A connection's own `login` outranks `accountPrompt`: with `select_account`, the
 * person could choose an account without authenticating again.
 */
function choosePrompt({ hints, accountPrompt = "login" }: RelyingParty, step: StartExchange): Prompt | null {
  const own = hints?.prompt ?? null;
  if (step.forceAuthentication || own === "login") return "login";
  return step.chooseAccount ? accountPrompt : own;
}

/** Checks the response that the browser brought, uses the flow up, and returns the authorization code. */
export function acceptReturn(party: RelyingParty, step: ReturnExchange): Promise<string> {
  return acceptAuthorizationResponse(step, party.provider, party.tenantIssuers);
}

/** Redeems the code and returns the verified claims. Throws a `ProtocolRefusal` if a step fails. */
export async function completeSignIn(party: RelyingParty, flow: PendingFlow, code: string): Promise<VerifiedSignIn> {
  const { provider, client, surroundings } = party;
  const { nonce = "", codeVerifier = null } = flow.secrets;
  const { idToken, accessToken } = await requestTokens(provider, client, { code, codeVerifier }, surroundings);
  const verified = await verifyIdToken(idToken, party.keys, {
    issuer: party.tenantIssuers?.of ?? provider.issuer,
    clientId: client.id,
    ...(party.trustedAudiences && { trustedAudiences: party.trustedAudiences }),
    nonce,
    accessToken,
    nowSeconds: surroundings.now().valueOf() / 1_000,
    algorithms: party.algorithms,
    ...(party.explainForeignIssuer && { explainForeignIssuer: party.explainForeignIssuer }),
  });
  checkAuthentication(verified, party.authentication, surroundings.now());
  if (flow.secrets["forced"] !== undefined) checkReauthentication(verified["auth_time"], flow.startedAt);
  party.checkClaims?.(verified);
  const endpoint = provider.userinfoEndpoint;
  const { claims, withheld } =
    endpoint !== null && party.needsUserinfo?.(verified) === true
      ? await askUserinfo(verified, endpoint, accessToken, surroundings)
      : { claims: verified, withheld: null };
  if (withheld !== null && party.goesOnWithoutUserinfo !== true) throw withheld.refusal;
  checkClaimsSize(claims);
  party.checkPerson?.(claims);
  return {
    issuer: verified["iss"] as string,
    subject: verified["sub"] as string,
    claims,
    accessToken,
    idToken,
    ...(withheld !== null && { withheld: { reason: withheld.reason, isDenied: withheld.isDenied } }),
  };
}

/** Checks `auth_time` if the provider sends it. Otherwise, Usher relies on the `prompt=login` in its request. */
function checkReauthentication(authTime: unknown, startedAt: Date): void {
  if (authTime === undefined) return;
  const earliest = startedAt.valueOf() / 1_000 - TOLERATED_SKEW_SECONDS;
  if (typeof authTime !== "number" || authTime < earliest) refuse("OIDC_REAUTHENTICATION_MISSING");
}
