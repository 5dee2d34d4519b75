/** ID tokens that must be refused. */
import type { Fault, TokenMaking, Values } from "./fault.js";
import { encodePart, macWith, publish, signWith } from "./signing.js";

/** A fault that sets claims. `undefined` removes a claim. */
function claims(change: (making: TokenMaking) => Values): Fault {
  return { idToken: (making) => void Object.assign(making.claims, change(making)) };
}

/** A fault that sets header fields. */
function header(change: (making: TokenMaking) => Values): Fault {
  return { idToken: (making) => void Object.assign(making.header, change(making)) };
}

export const ID_TOKEN_FAULTS = {
  "id-token-alg-none": { ...header(() => ({ alg: "none" })), signature: () => Buffer.alloc(0) },
  "id-token-alg-none-in-mixed-case": { ...header(() => ({ alg: "nOnE" })), signature: () => Buffer.alloc(0) },
  "id-token-alg-missing": header(() => ({ alg: undefined })),
  "id-token-hs256-with-client-secret": {
    ...header(() => ({ alg: "HS256" })),
    signature: ({ clientSecret }, input) => macWith(clientSecret, input),
  },
  "id-token-hs256-with-public-key": {
    ...header(() => ({ alg: "HS256" })),
    signature: ({ key }, input) => macWith(key.publicKey.export({ format: "pem", type: "spki" }), input),
  },
  "id-token-alg-not-allowed": {
    ...header(() => ({ alg: "RS512" })),
    signature: ({ key }, input) => signWith(key, input, "RS512"),
    keys: ({ keys }) => keys.forEach((key) => delete key["alg"]),
  },
  "id-token-signature-broken": {
    compact: (token) => token.slice(0, -8) + (token.endsWith("AAAAAAAA") ? "BBBBBBBB" : "AAAAAAAA"),
  },
  "id-token-signature-empty": { signature: () => Buffer.alloc(0) },
  "id-token-claims-exchanged": {
    compact: (token) => {
      const [head, payload = "", signature] = token.split(".");
      const values = JSON.parse(Buffer.from(payload, "base64url").toString()) as Values;
      return [head, encodePart({ ...values, sub: "somebody-else" }), signature].join(".");
    },
  },
  "id-token-key-unknown": {
    ...header(() => ({ kid: "nobody-publishes-this" })),
    signature: ({ strangeKey }, input) => signWith(strangeKey, input),
  },
  "id-token-key-of-another-under-known-kid": { signature: ({ strangeKey }, input) => signWith(strangeKey, input) },
  "id-token-key-of-another-without-kid": {
    ...header(() => ({ kid: undefined })),
    signature: ({ strangeKey }, input) => signWith(strangeKey, input),
  },
  "id-token-key-weak": {
    ...header(({ weakKey }) => ({ kid: weakKey.kid })),
    keys: ({ keys }, { weakKey }) => void keys.push(publish(weakKey) as Values),
    signature: ({ weakKey }, input) => signWith(weakKey, input),
  },
  "id-token-key-symmetric": {
    ...header(() => ({ kid: "symmetric", alg: "HS256" })),
    keys: ({ keys }) => void keys.push({ kty: "oct", kid: "symmetric", alg: "HS256", k: encodePart("known to all") }),
    signature: (_making, input) => macWith("known to all", input),
  },
  "id-token-key-private-part-published": {
    keys: ({ keys }, { key }) =>
      void keys.splice(0, 1, { ...publish(key), ...key.privateKey.export({ format: "jwk" }) }),
  },
  "id-token-header-jwk": {
    ...header(({ strangeKey }) => ({ jwk: publish(strangeKey), kid: undefined })),
    signature: ({ strangeKey }, input) => signWith(strangeKey, input),
  },
  "id-token-header-jku": header(() => ({ jku: "https://attacker.example/keys" })),
  "id-token-header-x5u": header(() => ({ x5u: "https://attacker.example/certificate" })),
  "id-token-header-crit": header(() => ({ crit: ["exp"], exp: 1 })),
  "id-token-header-b64": header(() => ({ b64: false, crit: ["b64"] })),
  "id-token-header-zip": header(() => ({ zip: "DEF" })),
  "id-token-kid-is-list": header(() => ({ kid: ["key-1"] })),
  "id-token-typ-of-access-token": header(() => ({ typ: "at+jwt" })),
  "id-token-typ-of-logout-token": header(() => ({ typ: "logout+jwt" })),
  "id-token-typ-is-number": header(() => ({ typ: 7 })),
  "id-token-events-of-logout-token": claims(() => ({
    events: { "http://schemas.openid.net/event/backchannel-logout": {} },
  })),
  "id-token-issuer-of-another": claims(() => ({ iss: "https://attacker.example" })),
  "id-token-issuer-with-slash": { idToken: ({ claims: values }) => void (values["iss"] = `${String(values["iss"])}/`) },
  "id-token-issuer-missing": claims(() => ({ iss: undefined })),
  "id-token-issuer-is-list": { idToken: ({ claims: values }) => void (values["iss"] = [values["iss"]]) },
  "id-token-audience-of-another": claims(() => ({ aud: "another-application" })),
  "id-token-audience-with-another": {
    idToken: ({ claims: values }) =>
      void Object.assign(values, { aud: [values["aud"], "another-application"], azp: values["aud"] }),
  },
  "id-token-audience-missing": claims(() => ({ aud: undefined })),
  "id-token-audience-empty": claims(() => ({ aud: [] })),
  "id-token-azp-of-another": claims(() => ({ azp: "another-application" })),
  "id-token-azp-null": claims(() => ({ azp: null })),
  "id-token-expired": claims(({ nowSeconds }) => ({ exp: nowSeconds - 90, iat: nowSeconds - 120 })),
  "id-token-exp-missing": claims(() => ({ exp: undefined })),
  "id-token-exp-is-text": claims(() => ({ exp: "4102444800" })),
  "id-token-exp-is-negative": claims(() => ({ exp: -1 })),
  "id-token-iat-missing": claims(() => ({ iat: undefined })),
  "id-token-iat-is-text": claims(({ nowSeconds }) => ({ iat: String(nowSeconds) })),
  "id-token-nbf-is-text": claims(({ nowSeconds }) => ({ nbf: String(nowSeconds) })),
  "id-token-nbf-is-null": claims(() => ({ nbf: null })),
  "id-token-issued-in-the-future": claims(({ nowSeconds }) => ({ iat: nowSeconds + 90 })),
  "id-token-not-valid-yet": claims(({ nowSeconds }) => ({ nbf: nowSeconds + 90 })),
  "id-token-too-old": claims(({ nowSeconds }) => ({ iat: nowSeconds - 3_600 })),
  "id-token-nonce-missing": claims(() => ({ nonce: undefined })),
  "id-token-nonce-of-another": claims(() => ({ nonce: "n-0S6_WzA2Mj" })),
  "id-token-nonce-empty": claims(() => ({ nonce: "" })),
  "id-token-nonce-is-list": { idToken: ({ claims: values }) => void (values["nonce"] = [values["nonce"]]) },
  "id-token-subject-missing": claims(() => ({ sub: undefined })),
  "id-token-subject-empty": claims(() => ({ sub: "" })),
  "id-token-subject-is-number": claims(() => ({ sub: 1 })),
  "id-token-subject-is-object": claims(() => ({ sub: { toString: "x" } })),
  "id-token-subject-too-long": claims(() => ({ sub: "x".repeat(256) })),
  "id-token-subject-with-space": claims(() => ({ sub: "person-1 " })),
  "id-token-at-hash-wrong": claims(() => ({ at_hash: "AAAAAAAAAAAAAAAAAAAAAA" })),
  "id-token-at-hash-is-null": claims(() => ({ at_hash: null })),
  "id-token-auth-time-old": claims(({ nowSeconds }) => ({ auth_time: nowSeconds - 3_600 })),
  "id-token-auth-time-is-text": claims(({ nowSeconds }) => ({ auth_time: String(nowSeconds) })),
  "id-token-claims-not-json": { compact: (token) => replacePayload(token, "{") },
  "id-token-two-parts": { compact: (token) => token.split(".").slice(0, 2).join(".") },
  "id-token-five-parts": { compact: (token) => `${token}.AAAA.AAAA` },
  "id-token-with-spaces": { compact: (token) => ` ${token} ` },
  "id-token-header-not-json": { compact: (token) => `!!${token}` },
  "id-token-header-is-list": { compact: (token) => [encodePart([]), ...token.split(".").slice(1)].join(".") },
  "id-token-claims-deep": claims(() => ({ deep: nest(200) })),
  "id-token-claims-many": claims(() => ({ many: Array.from({ length: 21_000 }, () => 1) })),
} as const satisfies Readonly<Record<string, Fault>>;

function replacePayload(token: string, payload: string): string {
  const [head, , signature] = token.split(".");
  return [head, encodePart(payload), signature].join(".");
}

function nest(levels: number): unknown {
  let value: unknown = "bottom";
  for (let level = 0; level < levels; level += 1) value = [value];
  return value;
}
