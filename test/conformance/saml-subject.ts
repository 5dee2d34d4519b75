/** SAML for the conformance suite. It verifies messages in this thread. Other tests cover the worker threads. */
import fc from "fast-check";
import { createSamlConnectionType } from "../../src/connection-types/saml/index.js";
import { createInlineValidator } from "../../src/protocols/saml/validator.js";
import { startSamlProvider } from "../support/providers/saml/index.js";
import { hostileText } from "../../testing/conformance/hostile-values.js";
import type { ConformanceSubject } from "../../testing/conformance/subject.js";

const ISSUER = "https://id.example.com";
const PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
const EMAIL_ADDRESS = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";
const NAMES =
  "email mail firstName lastName givenName sn employeeId groups memberOf department phone title displayName __proto__";
const ATTRIBUTE_NAMES = [
  ...NAMES.split(" "),
  "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
  "http://schemas.microsoft.com/ws/2008/06/identity/claims/groups",
  "urn:oid:0.9.2342.19200300.100.1.3",
];
const PEOPLE = Array.from({ length: 64 }, (_, person) => ({
  id: `person-${person}`,
  email: `person-${person}@acme.example`,
  firstName: "Ada",
  lastName: "Lovelace",
}));

/** A text after it was read from an attribute: without control characters, and absent if it is blank. */
const attributeText = hostileText
  .map((text) => text.replace(/[\p{Cc}\p{Cs}]/gu, " ").trim())
  .filter((text) => text !== "");

const attributes = fc.array(fc.tuple(fc.constantFrom(...ATTRIBUTE_NAMES), fc.array(attributeText, { maxLength: 4 })));

export const samlSubject: ConformanceSubject = {
  verified: fc.record({
    id: fc.constant("_assertion"),
    issuer: fc.constant(ISSUER),
    nameId: fc.constantFrom(
      { value: "subject-1", format: PERSISTENT, qualifier: null },
      { value: "subject-1", format: PERSISTENT, qualifier: "https://other.example.com" },
      { value: "ada@acme.example", format: EMAIL_ADDRESS, qualifier: null },
    ),
    expiresAt: fc.constant("2026-11-23T09:05:00.000Z"),
    authnInstant: fc.constant("2026-11-23T09:00:00.000Z"),
    authnContextClasses: fc.array(attributeText, { maxLength: 2 }),
    sessionIndex: fc.constant(null),
    attributes: attributes.map((entries) => Object.fromEntries(entries)),
  }),
  start: async () => {
    const provider = await startSamlProvider({ people: PEOPLE });
    const type = createSamlConnectionType(createInlineValidator);
    return {
      type,
      input: { metadataXml: provider.metadataXml() },
      dead: null,
      signIn: async (url, person) => ({ ...provider.answer(url, `person-${person}`).fields }),
      identityOf: (person) => ({ issuer: provider.entityId, subject: `person-${person}` }),
      asksForAccount: (url) => provider.readRequest(url).forceAuthn,
      close: provider.close,
    };
  },
};
