/** Faults of endpoints. */
import type { Fault, RawAnswer, Values } from "./fault.js";

const HTML: RawAnswer = { headers: { "content-type": "text/html" }, body: "<!doctype html><title>Sign in</title>" };
const REDIRECT: RawAnswer = { status: 302, headers: { location: "http://127.0.0.1:9/elsewhere" } };
const JSON_TYPE = { "content-type": "application/json" };

/** An answer with this JSON text. */
function json(body: string, status = 200): RawAnswer {
  return { status, headers: JSON_TYPE, body };
}

/** An error answer of a token endpoint. */
function error(values: Values, status = 400): Fault {
  return { token: () => json(JSON.stringify(values), status) };
}

/** A fault that sets members of the token response. `undefined` removes a member. */
function tokenResponse(values: Values): Fault {
  return { token: (response) => void Object.assign(response, values) };
}

/** A fault that sets members of the discovery document. */
function discovery(values: Values): Fault {
  return { discovery: (document) => void Object.assign(document, values) };
}

/** A fault that redirects the browser back with different parameters. */
function response(values: Readonly<Record<string, string>>, ...without: readonly string[]): Fault {
  return {
    response: (parameters) => {
      for (const [name, value] of Object.entries(values)) parameters.set(name, value);
      for (const name of without) parameters.delete(name);
    },
  };
}

export const ENDPOINT_FAULTS = {
  "discovery-html": { discovery: () => HTML },
  "discovery-null": { discovery: () => json("null") },
  "discovery-list": { discovery: () => json("[]") },
  "discovery-redirect": { discovery: () => REDIRECT },
  "discovery-endless": { discovery: () => ({ instead: "endless" }) },
  "discovery-silent": { discovery: () => ({ instead: "silent" }) },
  "discovery-disconnect": { discovery: () => ({ instead: "disconnect" }) },
  "discovery-not-found": { discovery: () => json('{"error":"not_found"}', 404) },
  "discovery-not-found-page": { discovery: () => ({ ...HTML, status: 404 }) },
  "discovery-gone": { discovery: () => json("{}", 410) },
  "discovery-failing": { discovery: () => ({ status: 503, body: "overloaded" }) },
  "authorize-redirect-uri-unknown-page": {
    authorize: () => ({ ...HTML, status: 400, body: "<p>Invalid parameter: redirect_uri</p>" }),
  },
  "authorize-redirect-uri-unknown-elsewhere": {
    authorize: () => ({
      status: 302,
      headers: { location: "http://127.0.0.1:9/error?error=redirect_uri_mismatch" },
    }),
  },
  "authorize-redirect-uri-unknown-entra": {
    authorize: () => ({ ...HTML, body: "<p>AADSTS50011: The redirect URI does not match.</p>" }),
  },
  "authorize-sign-in-page": { authorize: () => ({ ...HTML, body: '<a href="?redirect_uri=x">Sign in</a>' }) },
  "authorize-sign-in-elsewhere": { authorize: () => REDIRECT },
  "authorize-disconnect": { authorize: () => ({ instead: "disconnect" }) },
  "discovery-issuer-of-another": discovery({ issuer: "https://attacker.example" }),
  "discovery-issuer-missing": discovery({ issuer: undefined }),
  "discovery-issuer-is-list": { discovery: (document) => void (document["issuer"] = [document["issuer"]]) },
  "discovery-issuer-with-path": {
    discovery: (document) => void (document["issuer"] = `${String(document["issuer"])}/tenant`),
  },
  "discovery-issuer-with-slash": {
    discovery: (document) => void (document["issuer"] = `${String(document["issuer"])}/`),
  },
  "discovery-issuer-of-all-tenants": discovery({ issuer: "https://login.microsoftonline.com/{tenantid}/v2.0" }),
  "discovery-token-endpoint-missing": discovery({ token_endpoint: undefined }),
  "discovery-token-endpoint-is-number": discovery({ token_endpoint: 443 }),
  "discovery-token-endpoint-not-absolute": discovery({ token_endpoint: "/token" }),
  "discovery-token-endpoint-plain-http": discovery({ token_endpoint: "http://public.example/token" }),
  "discovery-token-endpoint-elsewhere": discovery({ token_endpoint: "https://attacker.example/token" }),
  "discovery-token-endpoint-with-credentials": {
    discovery: (document) => {
      document["token_endpoint"] = String(document["token_endpoint"]).replace("//", "//user:secret@");
    },
  },
  "discovery-authorization-endpoint-script": discovery({ authorization_endpoint: "javascript:alert(1)" }),
  "discovery-authorization-endpoint-elsewhere": discovery({ authorization_endpoint: "https://attacker.example/" }),
  "discovery-jwks-elsewhere": discovery({ jwks_uri: "https://attacker.example/keys" }),
  "discovery-userinfo-elsewhere": discovery({ userinfo_endpoint: "https://attacker.example/me" }),
  "discovery-end-session-elsewhere": discovery({ end_session_endpoint: "https://attacker.example/bye" }),
  "discovery-without-s256": discovery({ code_challenge_methods_supported: undefined }),
  "discovery-only-hs256": discovery({ id_token_signing_alg_values_supported: ["HS256", "none"] }),
  "discovery-only-post": discovery({ token_endpoint_auth_methods_supported: ["client_secret_post"] }),
  "discovery-clock-ahead": { discovery: () => ({ headers: { date: new Date(Date.now() + 300_000).toUTCString() } }) },
  "discovery-clock-behind": { discovery: () => ({ headers: { date: new Date(Date.now() - 45_000).toUTCString() } }) },

  "keys-html": { keys: () => HTML },
  "keys-null": { keys: () => json("null") },
  "keys-not-a-list": { keys: () => json('{"keys":{"0":{}}}') },
  "keys-of-null": { keys: () => json('{"keys":[null]}') },
  "keys-empty": { keys: () => json('{"keys":[]}') },
  "keys-too-many": { keys: ({ keys }) => void keys.push(...Array.from({ length: 200 }, () => ({ kty: "RSA" }))) },
  // The provider's own key is also there and stays usable.
  "keys-with-junk": {
    keys: ({ keys }) =>
      void keys.unshift(
        null as unknown as Values,
        "key" as unknown as Values,
        {},
        { kty: "RSA", kid: "junk", n: "AQAB", e: "AQAB" },
        { kty: "EC", crv: "P-256", x: "!", y: {} },
        { kty: 7, kid: ["junk"], alg: {}, key_ops: 1, use: null },
        { kty: "RSA", use: "sig", alg: "RS256", n: "!".repeat(342), e: [] },
      ),
  },
  "keys-unreadable": { keys: ({ keys }) => keys.forEach((key) => (key["n"] = "!".repeat(342))) },
  "keys-redirect": { keys: () => REDIRECT },
  "keys-endless": { keys: () => ({ instead: "endless" }) },
  "keys-silent": { keys: () => ({ instead: "silent" }) },
  "keys-failing": { keys: () => ({ status: 500, body: "" }) },
  "keys-not-found": { keys: () => json("{}", 404) },

  "response-issuer-of-another": response({ iss: "https://attacker.example" }),
  "response-issuer-missing": response({}, "iss"),
  "response-without-code": response({}, "code"),
  "response-with-empty-code": response({ code: "" }),
  "response-access-denied": response(
    { error: "access_denied", error_description: "<script>alert(1)</script>" },
    "code",
  ),
  "response-not-assigned": response(
    { error: "access_denied", error_description: "AADSTS50105: The signed in user is not assigned to a role." },
    "code",
  ),
  "response-not-assigned-in-okta": response(
    { error: "access_denied", error_description: "User is not assigned to the client application." },
    "code",
  ),
  "response-cancelled": response(
    { error: "access_denied", error_description: "AADSTS65004: User declined to consent to access the app." },
    "code",
  ),
  "response-foreign-account": response(
    { error: "access_denied", error_description: "AADSTS50020: User account does not exist in tenant 'Acme'." },
    "code",
  ),
  "response-consent-required": response({ error: "consent_required" }, "code"),
  "response-login-required": response({ error: "login_required" }, "code"),
  "response-server-error": response({ error: "server_error" }, "code"),
  "response-invalid-scope": response({ error: "invalid_scope" }, "code"),
  "response-unauthorized-client": response({ error: "unauthorized_client" }, "code"),
  "response-policy": response({ error: "access_denied", error_description: "Policy evaluation failed" }, "code"),
  "response-error-of-prototype": response({ error: "constructor" }, "code"),
  "response-error-and-code": response({ error: "access_denied" }),

  "token-null": { token: () => json("null") },
  "token-list": { token: () => json("[]") },
  "token-text": { token: () => json('"token"') },
  "token-nothing": { token: () => json("") },
  "token-html": { token: () => HTML },
  "token-deep": { token: () => json("[".repeat(100_000)) },
  "token-endless": { token: () => ({ instead: "endless" }) },
  "token-silent": { token: () => ({ instead: "silent" }) },
  "token-disconnect": { token: () => ({ instead: "disconnect" }) },
  "token-redirect": { token: () => REDIRECT },
  "token-failing": { token: () => ({ status: 502, body: "<html>Bad gateway</html>" }) },
  "token-failing-in-json": { token: () => json("{}", 500) },
  "token-status-without-error": { token: () => json("{}", 403) },
  "token-id-token-missing": tokenResponse({ id_token: undefined }),
  "token-id-token-null": tokenResponse({ id_token: null }),
  "token-id-token-is-number": tokenResponse({ id_token: 1 }),
  "token-id-token-is-object": tokenResponse({ id_token: { split: "x" } }),
  "token-id-token-is-list": tokenResponse({ id_token: ["a.b.c"] }),
  "token-id-token-empty": tokenResponse({ id_token: "" }),
  "token-id-token-too-long": tokenResponse({ id_token: "a".repeat(70_000) }),
  "token-access-token-missing": tokenResponse({ access_token: undefined }),
  "token-access-token-is-number": tokenResponse({ access_token: 1 }),
  "token-type-of-another": tokenResponse({ token_type: "mac" }),
  "token-type-missing": tokenResponse({ token_type: undefined }),
  "token-error-with-status-200": error({ error: "invalid_grant" }, 200),
  "token-error-is-object": error({ error: { code: 1 }, error_description: ["x"] }),
  "token-invalid-grant": error({ error: "invalid_grant" }),
  "token-invalid-client": error({ error: "invalid_client" }, 401),
  "token-invalid-request": error({ error: "invalid_request" }),
  "token-secret-wrong": error(
    {
      error: "invalid_client",
      error_description: `AADSTS7000215: Invalid client secret provided.\r\n\u001b[31mTrace ID: 1 ${"x".repeat(1_000)}`,
    },
    401,
  ),
  "token-repeats-request": {
    token: (_response, form) =>
      json(
        JSON.stringify({
          error: "invalid_client",
          error_description: `the request was ${form.get("client_assertion")} ${form.get("code")}`,
        }),
        401,
      ),
  },
  "token-secret-expired": error(
    { error: "invalid_client", error_description: "AADSTS7000222: The provided client secret keys are expired." },
    401,
  ),
  "token-redirect-uri-unknown": error({
    error: "invalid_request",
    error_description: "AADSTS50011: The redirect URI specified in the request does not match.",
  }),

  "userinfo-subject-of-another": { userinfo: (values) => void (values["sub"] = "somebody-else") },
  "userinfo-subject-missing": { userinfo: (values) => void delete values["sub"] },
  "userinfo-subject-is-list": { userinfo: (values) => void (values["sub"] = [values["sub"]]) },
  "userinfo-overriding": {
    userinfo: (values) =>
      void Object.assign(values, {
        iss: "https://attacker.example",
        aud: "another-application",
        nonce: "another",
        auth_time: 1,
        amr: ["mfa"],
        acr: "urn:strong",
        tid: "another-tenant",
        oid: "another-object",
        hd: "another.example",
        xms_edov: true,
        given_name: "Mallory",
      }),
  },
  "userinfo-null": { userinfo: () => json("null") },
  "userinfo-list": { userinfo: () => json("[]") },
  "userinfo-html": { userinfo: () => HTML },
  "userinfo-redirect": { userinfo: () => REDIRECT },
  "userinfo-endless": { userinfo: () => ({ instead: "endless" }) },
  "userinfo-silent": { userinfo: () => ({ instead: "silent" }) },
  "userinfo-refused": { userinfo: () => json('{"error":"invalid_token"}', 401) },
  "userinfo-forbidden": { userinfo: () => json('{"error":"insufficient_scope"}', 403) },
  "userinfo-forbidden-without-json": { userinfo: () => ({ status: 403, headers: {}, body: "" }) },
  "userinfo-failing": { userinfo: () => json("{}", 503) },
} as const satisfies Readonly<Record<string, Fault>>;
