/**
 * Verifies client assertions as a provider does (OpenID Connect Core 1.0, section 9; RFC 7523, section 3), with node:crypto
 * alone. The one audience is the issuer, or the token endpoint where an option says so.
 */
import { constants, createPublicKey, verify, type JsonWebKeyInput } from "node:crypto";
import type { Values } from "./fault.js";

const ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const LONGEST_LIFETIME_SECONDS = 600;

export interface AssertionRules {
  readonly clientId: string;
  readonly audience: string;
  readonly algorithms: readonly string[];
  readonly nowSeconds: number;
  /** The keys of the client's key document. */
  readonly keys: readonly Values[];
  /** The ids of assertions that were accepted. An accepted one is added. */
  readonly seen: Set<string>;
}

/** Why the form does not authenticate the client; `null` if it does. */
export function judgeAssertion(form: URLSearchParams, rules: AssertionRules): string | null {
  if (form.get("client_assertion_type") !== ASSERTION_TYPE) return "client_assertion_type";
  if (form.has("client_secret")) return "a secret beside the assertion";
  const assertion = form.get("client_assertion") ?? "";
  const [head = "", body = "", signature = "", ...rest] = assertion.split(".");
  if (rest.length > 0 || signature === "") return "not a compact signature";
  const header = decode(head);
  const claims = decode(body);
  const key = rules.keys.find(({ kid }) => kid === header["kid"]);
  if (key === undefined) return "kid";
  if (!rules.algorithms.includes(String(header["alg"]))) return "alg";
  const input = Buffer.from(`${head}.${body}`);
  const publicKey = createPublicKey({ key, format: "jwk" } as JsonWebKeyInput);
  if (
    !verify(
      "sha256",
      input,
      { key: publicKey, ...optionsOf(String(header["alg"])) },
      Buffer.from(signature, "base64url"),
    )
  )
    return "signature";
  const { iss, sub, aud, exp, iat, jti } = claims;
  if (iss !== rules.clientId || sub !== rules.clientId) return "iss or sub";
  if (aud !== rules.audience) return "aud";
  if (typeof exp !== "number" || exp <= rules.nowSeconds || exp > rules.nowSeconds + LONGEST_LIFETIME_SECONDS)
    return "exp";
  if (typeof iat !== "number" || iat > rules.nowSeconds + 5) return "iat";
  if (typeof jti !== "string" || rules.seen.has(jti)) return "jti";
  rules.seen.add(jti);
  return null;
}

function optionsOf(algorithm: string) {
  switch (algorithm) {
    case "PS256":
      return { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
    case "ES256":
      return { dsaEncoding: "ieee-p1363" as const };
    default:
      return { padding: constants.RSA_PKCS1_PADDING };
  }
}

function decode(part: string): Values {
  return JSON.parse(Buffer.from(part, "base64url").toString("utf8")) as Values;
}
