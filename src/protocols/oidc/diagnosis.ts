/**
 * Checks a provider without a person: its discovery, keys, algorithms, client credentials, redirect URI and clock.
 * Every answer of the provider becomes a finding, never an error.
 */
import { quote } from "../refusal.js";
import { chooseAssertionAlgorithm } from "./client-assertion.js";
import {
  checkDiscoveredIssuer,
  fetchDiscoveryDocument,
  readDiscoveredEndpoints,
  readList,
  readProvider,
  type DiscoveryDocument,
  type DiscoverySource,
} from "./discovery.js";
import { error, finding, findingOf, ok, type Finding } from "./findings.js";
import { TOLERATED_SKEW_SECONDS } from "./id-token-checks.js";
import { fetchKeys, type SortedKeys } from "./key-set.js";
import { observeRedirectUri } from "./observe-redirect-uri.js";
import { makeRandomValue } from "./pkce.js";
import { interpretProviderError } from "./provider-errors.js";
import { OIDC_REFUSALS, type OidcRefusalCode } from "./refusals.js";
import { LONGEST_WITHOUT_NEWS_MILLISECONDS, recallKeys } from "./remembered-keys.js";
import { isObject } from "./request-json.js";
import { ASSERTION_ALGORITHMS, type Client, type Provider, type Surroundings } from "./surroundings.js";
import { sendTokenRequest } from "./token-request.js";

/** The provider and the client to check. */
export interface DiagnosisSubject {
  /** Where to discover the provider, or the provider with the endpoints that an administrator entered. */
  readonly source: { readonly discovery: DiscoverySource } | { readonly provider: () => Provider };
  readonly client: Client;
  readonly pkce: boolean;
  readonly algorithms: readonly string[];
}

/** Returns all findings, in the order in which an administrator would correct them. */
export async function diagnoseProvider(
  subject: DiagnosisSubject,
  surroundings: Surroundings,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const found = await findProvider(subject, surroundings, findings);
  if (found === null) return findings;
  const { provider, document } = found;
  findings.push(await observeKeys(provider, subject.algorithms, surroundings));
  if (document !== null) {
    findings.push(observeAlgorithms(document, subject.algorithms));
    findings.push(observeClientAuthentication(document, subject.client));
    findings.push(observePkce(document, subject.pkce));
    findings.push(observeClock(document.date, surroundings));
  }
  findings.push(await observeClientCredentials(provider, subject, surroundings));
  findings.push(await observeRedirectUri(provider, subject, surroundings));
  return findings;
}

/**
 * Finds the provider and adds the findings about it. Returns `null` if the provider was not found; then no other check
 * is possible.
 */
async function findProvider(
  { source }: DiagnosisSubject,
  surroundings: Surroundings,
  findings: Finding[],
): Promise<{ provider: Provider; document: DiscoveryDocument | null } | null> {
  if ("provider" in source) {
    const provider = await observe(
      findings,
      "ENDPOINTS_ACCEPTABLE",
      source.provider,
      () => "The endpoints may be used.",
    );
    return provider && { provider, document: null };
  }
  const { discovery } = source;
  const document = await observe(
    findings,
    "DISCOVERY_REACHABLE",
    () => fetchDiscoveryDocument(discovery.address, discovery.rules, surroundings),
    ({ address }) => `The discovery document was found at ${address}.`,
  );
  if (document === null) return null;
  const issuer = await observe(
    findings,
    "ISSUER_MATCHES",
    () => checkDiscoveredIssuer(document, discovery.issuer),
    (name) => `The document names the expected issuer, ${name}.`,
  );
  const endpoints = await observe(
    findings,
    "ENDPOINTS_ACCEPTABLE",
    () => readDiscoveredEndpoints(document, discovery),
    () => "All required endpoints are there and may be used.",
  );
  return issuer === null || endpoints === null ? null : { provider: readProvider(document, discovery), document };
}

async function observeKeys(provider: Provider, algorithms: readonly string[], surroundings: Surroundings) {
  const check = "KEYS_USABLE";
  try {
    const { usable, refused } = await fetchKeys(provider.jwksUri, surroundings);
    const fitting = usable.filter(
      (key) => (key.use ?? "sig") === "sig" && algorithms.some((algorithm) => fits(key, algorithm)),
    );
    if (fitting.length === 0) return describeUnusableKeys({ usable, refused }, algorithms);
    if (refused.length > 0) {
      const message = `${fitting.length} published keys can be used; Usher never accepts the others (${reasonsOf(refused)}).`;
      return finding(check, "WARNING", message, OIDC_REFUSALS.OIDC_KEY_REFUSED.remedy);
    }
    return ok(check, `${fitting.length} published keys can be used.`);
  } catch (refusal) {
    const refused = findingOf(check, refusal);
    const recalled = recallKeys(provider.jwksUri, surroundings);
    if (recalled === null) return refused;
    const end = new Date(recalled.learnedAt.valueOf() + LONGEST_WITHOUT_NEWS_MILLISECONDS);
    const meanwhile = `Sign-ins work with the keys of ${recalled.learnedAt.toISOString()} until ${end.toISOString()}.`;
    return finding(check, "WARNING", `${refused.message.replace(/\.$/, "")}. ${meanwhile}`, refused.remedy ?? "");
  }
}

function describeUnusableKeys({ usable, refused }: SortedKeys, algorithms: readonly string[]): Finding {
  const check = "KEYS_USABLE";
  if (usable.length + refused.length === 0)
    return finding(
      check,
      "ERROR",
      "The provider publishes no keys.",
      "Create a signing key at the provider, or check jwksUri: it may belong to a different realm or tenant of the provider.",
    );
  if (usable.length === 0)
    return error(check, `Usher accepts none of the published keys (${reasonsOf(refused)}).`, "OIDC_KEY_REFUSED");
  const kinds = [...new Set(usable.map(({ alg, kty, crv }) => alg ?? crv ?? kty))].join(", ");
  return finding(
    check,
    "ERROR",
    `None of the ${usable.length} published keys fits ${algorithms.join(", ")}: they are for ${kinds}.`,
    "Add the provider's algorithm to signingAlgorithms, or let the provider sign with one of signingAlgorithms.",
  );
}

function reasonsOf(refused: SortedKeys["refused"]): string {
  return refused.map(({ kid, reason }) => `${quote(kid ?? "one without an id")}: ${reason}`).join("; ");
}

/** Whether a key can make signatures of this kind (RFC 7518, section 3.1). */
function fits(
  key: { readonly kty?: string; readonly alg?: string; readonly crv?: string },
  algorithm: string,
): boolean {
  if (key.alg !== undefined) return key.alg === algorithm;
  return CURVES[algorithm] === undefined ? key.kty === "RSA" : key.crv === CURVES[algorithm];
}

const CURVES: Readonly<Record<string, string>> = {
  ES256: "P-256",
  ES384: "P-384",
  ES512: "P-521",
  EdDSA: "Ed25519",
  Ed25519: "Ed25519",
};

function observeAlgorithms(document: DiscoveryDocument, algorithms: readonly string[]): Finding {
  const check = "ALGORITHMS_ACCEPTABLE";
  const advertised = readList(document, "id_token_signing_alg_values_supported");
  if (advertised === null) return ok(check, "The provider does not say which algorithms it signs with.");
  if (advertised.some((algorithm) => algorithms.includes(algorithm)))
    return ok(
      check,
      `The provider signs with ${advertised.join(", ")}; the connection accepts ${algorithms.join(", ")}.`,
    );
  const message = `The provider signs with ${advertised.join(", ")}, and the connection accepts only ${algorithms.join(", ")}.`;
  return error(check, message, "OIDC_ALGORITHM_REFUSED");
}

function observeClientAuthentication(document: DiscoveryDocument, { authentication }: Client): Finding {
  const check = "CLIENT_AUTHENTICATION_SUPPORTED";
  // Discovery, section 3: the default is client_secret_basic.
  const advertised = readList(document, "token_endpoint_auth_methods_supported") ?? ["client_secret_basic"];
  if (!advertised.includes(authentication)) {
    const message = `The provider supports ${advertised.join(", ")}, and clientAuthentication is ${authentication}.`;
    return finding(check, "WARNING", message, "Set clientAuthentication to a method that the provider supports.");
  }
  const algorithms = readList(document, "token_endpoint_auth_signing_alg_values_supported");
  if (authentication !== "private_key_jwt" || algorithms === null)
    return ok(check, `The provider supports ${authentication}.`);
  if (ASSERTION_ALGORITHMS.some((algorithm) => algorithms.includes(algorithm)))
    return ok(check, `The provider supports private_key_jwt with ${chooseAssertionAlgorithm(algorithms)}.`);
  return finding(
    check,
    "WARNING",
    `The provider accepts client assertions with ${algorithms.join(", ")}, and Usher signs with ${ASSERTION_ALGORITHMS.join(", ")}.`,
    "Let the provider accept one of these algorithms, or use a client secret.",
  );
}

function observePkce(document: DiscoveryDocument, pkce: boolean): Finding {
  const check = "PKCE_ADVERTISED";
  const isAdvertised = readList(document, "code_challenge_methods_supported")?.includes("S256") === true;
  if (!pkce)
    return finding(check, "WARNING", "PKCE is turned off.", "Turn pkce on unless the provider refuses such requests.");
  return isAdvertised
    ? ok(check, "The provider supports PKCE with S256, and it is used.")
    : ok(check, "PKCE with S256 is used. The provider does not say whether it supports PKCE, which does no harm.");
}

function observeClock(date: Date | null, { now }: Surroundings): Finding {
  const check = "CLOCKS_AGREE";
  if (date === null) return ok(check, "The provider's answers do not contain its clock.");
  const seconds = Math.round((date.valueOf() - now().valueOf()) / 1_000);
  const message =
    Math.abs(seconds) <= 1
      ? "The provider's clock agrees with this installation's."
      : `The provider's clock is ${Math.abs(seconds)} seconds ${seconds > 0 ? "ahead of" : "behind"} this installation's.`;
  if (Math.abs(seconds) >= TOLERATED_SKEW_SECONDS) return error(check, message, "OIDC_CLOCK_SKEW");
  return Math.abs(seconds) >= TOLERATED_SKEW_SECONDS / 2
    ? finding(check, "WARNING", message, OIDC_REFUSALS.OIDC_CLOCK_SKEW.remedy)
    : ok(check, message);
}

/** The refusals that mean that the provider does not accept the client. Other refusals are about the code. */
const CLIENT_REFUSALS: readonly OidcRefusalCode[] = [
  "OIDC_CLIENT_CREDENTIALS_REFUSED",
  "OIDC_CLIENT_SECRET_EXPIRED",
  "OIDC_CLIENT_REFUSED",
  "OIDC_REDIRECT_URI_MISMATCH",
];

/**
 * Checks the client's credentials by redeeming a code that cannot exist. A provider that accepts the client refuses the
 * code. A provider that does not accept the client refuses the client (RFC 6749, section 5.2).
 */
async function observeClientCredentials(
  provider: Provider,
  { client, pkce }: DiagnosisSubject,
  surroundings: Surroundings,
): Promise<Finding> {
  const check = "CLIENT_CREDENTIALS_ACCEPTED";
  const credentials =
    client.authentication === "private_key_jwt" ? "the client ID and key" : "the client ID and secret";
  const grant = { code: `diagnosis-${makeRandomValue()}`, codeVerifier: pkce ? makeRandomValue() : null };
  try {
    const { status, body } = await sendTokenRequest(provider, client, grant, surroundings);
    const answer = isObject(body) ? body : {};
    const refusal = interpretProviderError(answer["error"], answer["error_description"]);
    if (refusal.code === "OIDC_CODE_REFUSED")
      return ok(check, `The provider accepts ${credentials}. (It refused a made-up code, as it should.)`);
    return CLIENT_REFUSALS.includes(refusal.code)
      ? findingOf(check, refusal)
      : unknownCredentials(check, credentials, `status ${status}, ${refusal.detail ?? "no error"}`);
  } catch (refusal) {
    return findingOf(check, refusal);
  }
}

function unknownCredentials(check: string, credentials: string, answer: string): Finding {
  const message = `The provider's answer does not show whether it accepts ${credentials} (${answer}).`;
  return finding(
    check,
    "WARNING",
    message,
    "Activate the connection and sign in once yourself: the sign-in attempt shows whether they are right.",
  );
}

/** Adds the finding of one check. Returns the checked value, or `null` if the check refused it. */
async function observe<Value>(
  findings: Finding[],
  check: string,
  look: () => Value | Promise<Value>,
  describe: (value: Value) => string,
): Promise<Value | null> {
  try {
    const value = await look();
    findings.push(ok(check, describe(value)));
    return value;
  } catch (refusal) {
    findings.push(findingOf(check, refusal));
    return null;
  }
}
