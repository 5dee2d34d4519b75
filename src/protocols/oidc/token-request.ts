/** The token request, which redeems a code for tokens (OpenID Connect Core 1.0, section 3.1.3; RFC 6749, section 4.1.3). */
import { signClientAssertion } from "./client-assertion.js";
import { interpretProviderError } from "./provider-errors.js";
import { refuse } from "./refusals.js";
import { isObject, requestJson, type JsonAnswer } from "./request-json.js";
import type { Client, Provider, SecretClient, Surroundings } from "./surroundings.js";

const LONGEST_TOKEN = 64 * 1024;

/** The answer of the token endpoint, not verified yet. */
export interface Tokens {
  readonly accessToken: string;
  readonly idToken: string;
}

/** A code, and the proof that the client that redeems it also requested it. */
export interface CodeGrant {
  readonly code: string;
  /** The code verifier of PKCE; `null` if the sign-in sent no code challenge. */
  readonly codeVerifier: string | null;
}

/** @throws ProtocolRefusal for every answer except a token response with an ID token */
export async function requestTokens(
  provider: Provider,
  client: Client,
  grant: CodeGrant,
  surroundings: Surroundings,
): Promise<Tokens> {
  const answer = await sendTokenRequest(provider, client, grant, surroundings);
  const body = isObject(answer.body) ? answer.body : null;
  if (body !== null && body["error"] !== undefined)
    throw interpretProviderError(body["error"], body["error_description"]);
  if (answer.status >= 500) return refuse("OIDC_PROVIDER_UNAVAILABLE", `the token endpoint: ${answer.status}`);
  if (answer.status !== 200 || body === null)
    return refuse(
      "OIDC_TOKEN_ANSWER_INVALID",
      `status ${answer.status}, ${body === null ? "not an object" : "no error"}`,
    );
  const { access_token: accessToken, token_type: tokenType, id_token: idToken } = body;
  if (!isText(accessToken)) return refuse("OIDC_TOKEN_ANSWER_INVALID", "access_token is missing or not a text");
  if (accessToken.length > LONGEST_TOKEN)
    return refuse("OIDC_TOKEN_ANSWER_INVALID", `access_token is ${describeLength(accessToken)}`);
  if (typeof tokenType !== "string" || tokenType.toLowerCase() !== "bearer")
    return refuse("OIDC_TOKEN_ANSWER_INVALID", "token_type is not Bearer");
  if (idToken === undefined || idToken === null) return refuse("OIDC_ID_TOKEN_MISSING");
  if (!isText(idToken)) return refuse("OIDC_ID_TOKEN_MALFORMED", "id_token is empty or not a text");
  if (idToken.length > LONGEST_TOKEN) return refuse("OIDC_ID_TOKEN_TOO_LONG", describeLength(idToken));
  return { accessToken, idToken };
}

/** Sends the request and returns the response unchanged, for diagnosis. Throws only what `requestJson` throws. */
export async function sendTokenRequest(
  provider: Provider,
  client: Client,
  grant: CodeGrant,
  surroundings: Surroundings,
): Promise<JsonAnswer> {
  const form = new URLSearchParams({
    grant_type: "authorization_code",
    code: grant.code,
    redirect_uri: client.redirectUri,
  });
  if (grant.codeVerifier !== null) form.set("code_verifier", grant.codeVerifier);
  const headers: Record<string, string> = { "content-type": "application/x-www-form-urlencoded" };
  const secrets = [grant.code, grant.codeVerifier ?? ""];
  switch (client.authentication) {
    case "client_secret_basic":
      headers["authorization"] = basicAuthorization(client);
      secrets.push(...formsOfSecret(client));
      break;
    case "client_secret_post":
      form.set("client_id", client.id);
      form.set("client_secret", client.secret);
      secrets.push(...formsOfSecret(client));
      break;
    case "private_key_jwt": {
      const assertion = await signClientAssertion(client, provider, surroundings.now());
      form.set("client_id", client.id);
      form.set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
      form.set("client_assertion", assertion);
      secrets.push(assertion);
      break;
    }
  }
  const answer = await requestJson(surroundings, "the token endpoint", provider.tokenEndpoint, {
    method: "POST",
    headers,
    body: form.toString(),
  });
  return { ...answer, body: withoutSecrets(answer.body, secrets) };
}

/**
 * Removes the secrets from an error, in each form in which Usher sent them. Some providers repeat the request in their
 * errors, and administrators who read a failed sign-in must not see the secret.
 */
function withoutSecrets(body: unknown, secrets: readonly string[]): unknown {
  if (!isObject(body) || body["error"] === undefined) return body;
  const hide = (text: unknown) =>
    typeof text === "string"
      ? secrets.reduce((told, secret) => (secret === "" ? told : told.replaceAll(secret, "…")), text)
      : text;
  return { ...body, error: hide(body["error"]), error_description: hide(body["error_description"]) };
}

function formsOfSecret(client: SecretClient): readonly string[] {
  const [, basic = ""] = basicAuthorization(client).split(" ");
  return [basic, formEncode(client.secret), client.secret];
}

/**
 * The id and the secret are form-urlencoded before they are joined (RFC 6749, section 2.3.1). HTTP Basic authentication
 * itself does not encode them.
 */
function basicAuthorization(client: SecretClient): string {
  const credentials = `${formEncode(client.id)}:${formEncode(client.secret)}`;
  return `Basic ${Buffer.from(credentials, "utf8").toString("base64")}`;
}

function formEncode(value: string): string {
  return new URLSearchParams([["", value]]).toString().slice(1);
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.length > 0;
}

function describeLength(token: string): string {
  return `too long: ${token.length} characters, and at most ${LONGEST_TOKEN} are read; let the provider send fewer groups`;
}
