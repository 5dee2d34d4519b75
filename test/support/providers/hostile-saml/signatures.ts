/** Messages without a signature, with the wrong key or algorithm, or changed after signing. */
import { element } from "../saml/canonical.js";
import type { ProviderKey } from "../saml/certificate.js";
import type { Person, ResponseContent } from "../saml/index.js";
import { joinAssertion, joinResponse } from "../saml/response.js";
import { ALGORITHM, signElement } from "../saml/signature.js";
import { type Add, type HostileSituation, genuine, impersonate } from "./situation.js";

export function addSignatures(situation: HostileSituation, add: Add): void {
  const { provider, request, victim, foreignKey } = situation;
  const forge = impersonate(situation);
  const about = (person: Person, changes: Partial<ResponseContent>, key?: ProviderKey) =>
    joinResponse(provider.build({ ...provider.describe(person, request), ...changes }, key));
  const parts = genuine(situation);
  const xml = joinResponse(parts);
  add("signature/none at all", "SAML_UNSIGNED", about(victim, { signedPart: "NOTHING" }));
  add("signature/taken off", "SAML_UNSIGNED", forge(xml.replace(/<ds:Signature .*?<\/ds:Signature>/gs, "")));
  for (const signedPart of ["RESPONSE", "ASSERTION", "BOTH"] as const) {
    add(
      `signature/by an unknown key in KeyInfo, ${signedPart}`,
      "SAML_BAD_SIGNATURE",
      about(victim, { signedPart }, foreignKey),
      false,
    );
    add(
      `signature/of another text, ${signedPart}`,
      "SAML_BAD_SIGNATURE",
      forge(joinResponse(genuine(situation, { signedPart }))),
      false,
    );
  }
  add(
    "signature/by an unknown key, KeyInfo of the provider",
    "SAML_BAD_SIGNATURE",
    about(
      victim,
      {
        responseSigning: { keyInfo: provider.keys()[0]!.base64 },
        assertionSigning: { keyInfo: provider.keys()[0]!.base64 },
      },
      foreignKey,
    ),
    false,
  );
  add(
    "signature/by an unknown key, no KeyInfo",
    "SAML_BAD_SIGNATURE",
    about(victim, { responseSigning: { keyInfo: null }, assertionSigning: { keyInfo: null } }, foreignKey),
    false,
  );
  add(
    "signature/assertion genuine, response by an unknown key",
    "SAML_BAD_SIGNATURE",
    resignResponse(situation),
    false,
  );
  add(
    "signature/assertion genuine, response changed",
    "SAML_BAD_SIGNATURE",
    xml.replace('<samlp:StatusCode Value="', '<samlp:StatusCode x="" Value="'),
    false,
  );
  add(
    "signature/an attribute added",
    "SAML_BAD_SIGNATURE",
    xml.replace(
      "</saml:AttributeStatement>",
      '<saml:Attribute Name="groups"><saml:AttributeValue>ITSM-Admins</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>',
    ),
    false,
  );
  add("signature/value of another message", "SAML_BAD_SIGNATURE", swapSignatureValues(situation), false);
  const weak = (name: string, code: string, signing: ResponseContent["assertionSigning"]) => {
    add(
      `signature/${name} on the assertion`,
      code,
      about(victim, { signedPart: "ASSERTION", assertionSigning: signing }),
    );
    add(`signature/${name} on the response`, code, about(victim, { signedPart: "RESPONSE", responseSigning: signing }));
  };
  weak("RSA with SHA-1", "SAML_WEAK_ALGORITHM", { method: ALGORITHM.rsaSha1 });
  weak("digest SHA-1", "SAML_WEAK_ALGORITHM", { digest: ALGORITHM.sha1 });
  weak("HMAC-SHA-1 with the certificate as secret", "SAML_WEAK_ALGORITHM", { method: ALGORITHM.hmacSha1 });
  weak("HMAC-SHA-256 with the certificate as secret", "SAML_WEAK_ALGORITHM", { method: ALGORITHM.hmacSha256 });
  weak("algorithm none", "SAML_WEAK_ALGORITHM", { method: "none" });
  weak("XSLT transform", "SAML_UNEXPECTED_STRUCTURE", {
    transforms: [ALGORITHM.enveloped, "http://www.w3.org/TR/1999/REC-xslt-19991116"],
  });
  weak("XPath transform", "SAML_UNEXPECTED_STRUCTURE", {
    transforms: [ALGORITHM.enveloped, "http://www.w3.org/TR/1999/REC-xpath-19991116"],
  });
  weak("three transforms", "SAML_UNEXPECTED_STRUCTURE", {
    transforms: [ALGORITHM.enveloped, ALGORITHM.exclusive, ALGORITHM.exclusive],
  });
  weak("canonicalisation with comments", "SAML_UNEXPECTED_STRUCTURE", {
    canonicalization: `${ALGORITHM.exclusive}WithComments`,
  });
  weak("reference to the whole document", "SAML_UNEXPECTED_STRUCTURE", { referenceUri: "" });
  weak("reference to another ID", "SAML_UNEXPECTED_STRUCTURE", { referenceUri: "#_other" });
  weak("reference with a quote", "SAML_UNEXPECTED_STRUCTURE", { referenceUri: "#x' or '1'='1" });
  weak("reference to another host", "SAML_UNEXPECTED_STRUCTURE", { referenceUri: "http://169.254.169.254/" });
  weak("object inside", "SAML_UNEXPECTED_STRUCTURE", { extra: element("ds:Object", {}) });
  const inSignature = (from: string, to: string) => xml.replace(from, to);
  add(
    "signature/two references",
    "SAML_UNEXPECTED_STRUCTURE",
    inSignature("</ds:Reference>", `</ds:Reference>${/<ds:Reference.*?<\/ds:Reference>/s.exec(xml)![0]}`),
  );
  add(
    "signature/two SignedInfo",
    "SAML_UNEXPECTED_STRUCTURE",
    inSignature("</ds:SignedInfo>", "</ds:SignedInfo><ds:SignedInfo></ds:SignedInfo>"),
  );
  add(
    "signature/two values",
    "SAML_UNEXPECTED_STRUCTURE",
    inSignature("</ds:SignatureValue>", "</ds:SignatureValue><ds:SignatureValue></ds:SignatureValue>"),
  );
  add(
    "signature/a second method in KeyInfo",
    "SAML_UNEXPECTED_STRUCTURE",
    inSignature(
      "<ds:X509Data>",
      `<ds:SignatureMethod Algorithm="${ALGORITHM.hmacSha1}"></ds:SignatureMethod><ds:X509Data>`,
    ),
  );
  add(
    "signature/retrieval method in KeyInfo",
    "SAML_UNEXPECTED_STRUCTURE",
    inSignature(
      "<ds:X509Data>",
      '<ds:RetrievalMethod URI="http://169.254.169.254/"></ds:RetrievalMethod><ds:X509Data>',
    ),
  );
  const without = (name: string) => xml.replace(new RegExp(`<ds:${name}[ >].*?</ds:${name}>`, "s"), "");
  for (const name of ["SignedInfo", "SignatureValue", "Reference", "Transforms", "DigestMethod", "DigestValue"])
    add(`signature/without ${name}`, "SAML_UNEXPECTED_STRUCTURE", without(name));
  add(
    "signature/two on one assertion",
    "SAML_UNEXPECTED_STRUCTURE",
    joinResponse({
      ...parts,
      carried: joinAssertion({
        ...parts.assertion,
        signature: `${parts.assertion.signature}${parts.assertion.signature}`,
      }),
    }),
  );
  add("signature/ID that is no name", "SAML_UNEXPECTED_STRUCTURE", xml.replaceAll(parts.assertionId, "a' or 'x"));
  add(
    "signature/IDs in three spellings",
    "SAML_UNEXPECTED_STRUCTURE",
    xml.replace("<saml:Subject>", `<saml:Subject id="${parts.assertionId}">`),
  );
}

/** A response with a genuine assertion, signed with a different key. */
function resignResponse(situation: HostileSituation): string {
  const parts = genuine(situation);
  const bare = joinResponse({ ...parts, response: { ...parts.response, signature: "" } });
  const signature = signElement(parts.responseId, bare, situation.foreignKey);
  return joinResponse({ ...parts, response: { ...parts.response, signature } });
}

/** A forged assertion with the right digest and the signature value of a genuine message. */
function swapSignatureValues(situation: HostileSituation): string {
  const { provider, request, victim, foreignKey } = situation;
  const value = /<ds:SignatureValue>.*?<\/ds:SignatureValue>/s;
  const forged = provider.build({ ...provider.describe(victim, request), signedPart: "ASSERTION" }, foreignKey);
  const signature = forged.assertion.signature.replace(value, value.exec(genuine(situation).assertion.signature)![0]);
  return joinResponse({ ...forged, carried: joinAssertion({ ...forged.assertion, signature }) });
}
