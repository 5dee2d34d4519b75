/** Responses that strangers can post: each is refused with a short detail, even if its names and values are long. */
import { expect, test } from "@jest/globals";
import { inspectResponse } from "../../../src/protocols/saml/inspect-response.js";
import { ProtocolRefusal } from "../../../src/protocols/refusal.js";
import { readMessage } from "../../../src/protocols/saml/read-message.js";

const EXPECTED = { issuer: "https://idp.example", acsUrl: "https://usher.example/acs" };
const LONG = "x".repeat(200_000);
const SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success";
const status = (value: string, message = "") =>
  `<p:Status><p:StatusCode Value="${value}"/><p:StatusMessage>${message}</p:StatusMessage></p:Status>`;
const response = (inside: string, attributes = 'Version="2.0"', name = "Response") =>
  `<p:${name} ${attributes} xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:a="urn:oasis:names:tc:SAML:2.0:assertion" xmlns:d="http://www.w3.org/2000/09/xmldsig#" xmlns:e="http://www.w3.org/2001/04/xmlenc#">${inside}</p:${name}>`;
const withSignature = (inside: string) =>
  response(`<d:Signature>${inside}</d:Signature>${status(SUCCESS)}<a:Assertion/>`);
const signedInfo = (method: string, digest: string, transform = "<d:Transform/>") =>
  `<d:SignedInfo><d:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/><d:SignatureMethod Algorithm="${method}"/><d:Reference><d:Transforms>${transform}</d:Transforms><d:DigestMethod Algorithm="${digest}"/><d:DigestValue/></d:Reference></d:SignedInfo><d:SignatureValue/>`;
const encrypted = (content: string, transport: string) =>
  response(
    `${status(SUCCESS)}<a:EncryptedAssertion><e:EncryptedData><e:EncryptionMethod Algorithm="${content}"/><e:CipherData><e:CipherValue/></e:CipherData></e:EncryptedData><e:EncryptedKey><e:EncryptionMethod Algorithm="${transport}"><d:DigestMethod Algorithm="${LONG}"/></e:EncryptionMethod><e:CipherData><e:CipherValue/></e:CipherData></e:EncryptedKey></a:EncryptedAssertion>`,
  );
const SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256";
const RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
const GCM = "http://www.w3.org/2009/xmlenc11#aes256-gcm";

test.each([
  ["the root", response("", 'Version="2.0"', LONG)],
  ["the version", response("", `Version="${LONG}"`)],
  ["a child of the response", response(`<p:${LONG}/>`)],
  ["an ID", response("", `Version="2.0" ID="${LONG}"`)],
  ["a status", response(status(LONG, "m".repeat(LONG.length)))],
  [
    "statuses within each other",
    response(
      `<p:Status>${`<p:StatusCode Value="${"x".repeat(9_000)}">`.repeat(30)}${"</p:StatusCode>".repeat(30)}</p:Status>`,
    ),
  ],
  [
    "the parent of a misplaced name",
    response(`${status(SUCCESS)}<a:Assertion><${LONG}><a:Assertion/></${LONG}></a:Assertion>`),
  ],
  [
    "a part of a key's description",
    withSignature(`<d:SignedInfo/><d:SignatureValue/><d:KeyInfo><d:${LONG}/></d:KeyInfo>`),
  ],
  ["a signature's method", withSignature(signedInfo(LONG, SHA256))],
  ["a digest", withSignature(signedInfo(RSA_SHA256, LONG))],
  ["a transform's name", withSignature(signedInfo(RSA_SHA256, SHA256, `<d:${LONG}/>`))],
  ["a transform", withSignature(signedInfo(RSA_SHA256, SHA256, `<d:Transform Algorithm="${LONG}"/>`))],
  ["a cipher", encrypted(LONG, "")],
  ["a key transport", encrypted(GCM, LONG)],
  ["a digest of a key transport", encrypted(GCM, "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p")],
  ["a destination", response(`${status(SUCCESS)}<a:Assertion/>`, `Version="2.0" Destination="${LONG}"`)],
  ["an issuer", response(`<a:Issuer>${LONG}</a:Issuer>${status(SUCCESS)}<a:Assertion/>`)],
])("a detail quotes at most a hundred characters of %s", (_name, xml) => {
  let refusal: unknown;
  try {
    inspectResponse(readMessage(xml), EXPECTED);
  } catch (error) {
    refusal = error;
  }
  const { code, detail } = refusal as ProtocolRefusal;
  expect(refusal).toBeInstanceOf(ProtocolRefusal);
  expect(code).toMatch(/^SAML_(?!MALFORMED)/);
  // A status message is the provider's text for the administrator. It is cut to 500 characters.
  expect(detail?.length).toBeLessThanOrEqual(500);
  expect(detail).not.toMatch(/x{101}/);
});
