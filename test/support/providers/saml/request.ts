/** Reads a request of the binding HTTP-Redirect and checks its signature (SAML bindings 3.4.4). */
import { createVerify } from "node:crypto";
import { inflateRawSync } from "node:zlib";

export interface AuthnRequest {
  readonly id: string;
  readonly issuer: string;
  readonly acsUrl: string;
  readonly destination: string;
  readonly forceAuthn: boolean;
  readonly nameIdFormat: string | null;
  readonly authnContexts: readonly string[];
  readonly relayState: string | null;
  readonly loginHint: string | null;
  /** `null` if the request is unsigned. */
  readonly signature: { readonly algorithm: string; readonly isValid: boolean } | null;
  readonly xml: string;
}

/** The XML of a message by redirect. */
export function inflateMessage(encoded: string | null): string {
  return inflateRawSync(Buffer.from(encoded ?? "", "base64"), { maxOutputLength: 100_000 }).toString("utf8");
}

/** @param certificates of the service provider in PEM. The signature of a signed request must match one of them. */
export function readAuthnRequest(url: URL, certificates: readonly string[]): AuthnRequest {
  const parameters = url.searchParams;
  const xml = inflateMessage(parameters.get("SAMLRequest"));
  const attribute = (name: string) => new RegExp(` ${name}="([^"]*)"`).exec(xml)?.[1]?.replaceAll("&amp;", "&") ?? null;
  return {
    id: attribute("ID") ?? "",
    issuer: /<saml:Issuer[^>]*>([^<]*)</.exec(xml)?.[1]?.replaceAll("&amp;", "&") ?? "",
    acsUrl: attribute("AssertionConsumerServiceURL") ?? "",
    destination: attribute("Destination") ?? "",
    forceAuthn: attribute("ForceAuthn") === "true",
    nameIdFormat: attribute("Format"),
    authnContexts: [...xml.matchAll(/<saml:AuthnContextClassRef[^>]*>([^<]*)</g)].map((match) => match[1]!),
    relayState: parameters.get("RelayState"),
    loginHint: parameters.get("login_hint"),
    signature: readQuerySignature(url, certificates),
    xml,
  };
}

/** The signature covers exactly these parameters as they were sent, in this order. */
export function readQuerySignature(url: URL, certificates: readonly string[]): AuthnRequest["signature"] {
  const signature = url.searchParams.get("Signature");
  if (signature === null) return null;
  const raw = new Map(
    url.search
      .slice(1)
      .split("&")
      .map((pair) => [pair.split("=")[0]!, pair] as const),
  );
  const signed = ["SAMLRequest", "SAMLResponse", "RelayState", "SigAlg"]
    .flatMap((name) => raw.get(name) ?? [])
    .join("&");
  const algorithm = url.searchParams.get("SigAlg") ?? "";
  const hash = algorithm.endsWith("sha256") ? "sha256" : algorithm.endsWith("sha512") ? "sha512" : "sha1";
  const isValid = certificates.some((each) => createVerify(hash).update(signed).verify(each, signature, "base64"));
  return { algorithm, isValid };
}
