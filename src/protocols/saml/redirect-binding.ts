/**
 * Reads and writes messages of the binding HTTP-Redirect with their signatures (SAML bindings 3.4.4). The signature
 * covers the query as the sender encoded it, so this file reads the raw query. It also writes the query itself, because
 * node-saml encodes a space differently in the text that it signs and in the text that it sends.
 */
import { createSign, createVerify } from "node:crypto";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { decodeBase64, decodeText } from "./decode-message.js";
import { quote } from "../refusal.js";
import { refuse } from "./refusals.js";

/** The most bytes of an inflated message. A logout message has about a thousand. */
const LONGEST_INFLATED = 40_000;

/** The hashes of accepted signature algorithms, by algorithm identifier: RSA with SHA-256 or longer. */
const HASHES: ReadonlyMap<string, string> = new Map([
  ["http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "sha256"],
  ["http://www.w3.org/2001/04/xmldsig-more#rsa-sha384", "sha384"],
  ["http://www.w3.org/2001/04/xmldsig-more#rsa-sha512", "sha512"],
]);

const OWN_ALGORITHM = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";

/**
 * Returns the address that brings a signed message to the provider.
 *
 * @param relayState left out when empty
 * @param signingKey PKCS #8 in PEM
 */
export function writeRedirect(
  address: string,
  field: "SAMLRequest" | "SAMLResponse",
  message: { readonly xml: string; readonly relayState: string },
  signingKey: string,
): string {
  const parameters = {
    [field]: deflateRawSync(Buffer.from(message.xml, "utf8")).toString("base64"),
    ...(message.relayState !== "" && { RelayState: message.relayState }),
    SigAlg: OWN_ALGORITHM,
  };
  const signed = Object.entries(parameters)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join("&");
  const signature = createSign("sha256").update(signed).sign(signingKey, "base64");
  const { origin, pathname, search } = new URL(address);
  const query = `${search === "" ? "?" : `${search}&`}${signed}&Signature=${encodeURIComponent(signature)}`;
  return `${origin}${pathname}${query}`;
}

/** A message of a query, with its signature. */
export interface RedirectMessage {
  readonly xml: string;
  /** Whether the signature was made with the key of this certificate, given in PEM. */
  readonly isSignedBy: (certificate: string) => boolean;
}

/**
 * Decodes the message and finds its signature.
 *
 * @param field the parameter that contains the message
 * @throws ProtocolRefusal when the query has no usable message, no signature or a weak one
 */
export function readRedirectMessage(rawQuery: string, field: "SAMLRequest" | "SAMLResponse"): RedirectMessage {
  const pairs = splitQuery(rawQuery);
  const message = pairs.get(field) ?? refuse("SAML_MALFORMED_RESPONSE", `the query has no ${field}`);
  const algorithm = pairs.get("SigAlg");
  const signature = pairs.get("Signature");
  if (algorithm === undefined || signature === undefined)
    return refuse("SAML_UNSIGNED", "the query has no SigAlg and Signature");
  const hash = HASHES.get(algorithm.value);
  if (hash === undefined) return refuse("SAML_WEAK_ALGORITHM", quote(algorithm.value));
  const relayState = pairs.get("RelayState");
  const signed = [message, ...(relayState ? [relayState] : []), algorithm].map(({ raw }) => raw).join("&");
  const signatureBytes = decodeBase64(signature.value);
  return {
    xml: decodeText(inflate(decodeBase64(message.value))),
    isSignedBy: (certificate) => createVerify(hash).update(signed).verify(certificate, signatureBytes),
  };
}

interface Pair {
  /** The pair as it was sent: the name, `=` and the encoded value. */
  readonly raw: string;
  readonly value: string;
}

/**
 * The pairs of a query, by name. Refuses a repeated name, so that Usher cannot read a different pair than the signed
 * one.
 */
function splitQuery(rawQuery: string): ReadonlyMap<string, Pair> {
  const pairs = new Map<string, Pair>();
  for (const raw of rawQuery.split("&")) {
    const at = raw.indexOf("=");
    if (at < 0) continue;
    const name = raw.slice(0, at);
    if (pairs.has(name)) refuse("SAML_MALFORMED_RESPONSE", `the query has ${quote(name)} twice`);
    pairs.set(name, { raw, value: decodeValue(raw.slice(at + 1)) });
  }
  return pairs;
}

/** Decodes percent-encoding alone. A `+` stays, because in base64 it is a character and not a space. */
function decodeValue(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return refuse("SAML_MALFORMED_RESPONSE", "the query is not percent-encoded UTF-8");
  }
}

/** Inflates within a limit: a few kilobytes could otherwise become gigabytes. */
function inflate(bytes: Buffer): Buffer {
  try {
    return inflateRawSync(bytes, { maxOutputLength: LONGEST_INFLATED });
  } catch (error) {
    const isTooLong = (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE";
    return refuse(
      isTooLong ? "SAML_RESPONSE_TOO_LARGE" : "SAML_MALFORMED_RESPONSE",
      isTooLong ? `more than ${LONGEST_INFLATED} bytes after inflating` : "the message is not deflated",
    );
  }
}
