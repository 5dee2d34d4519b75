/** The conformance suite of the contract for the SAML connection type, with arbitrary assertions. */
import fc from "fast-check";
import { saml } from "../../../src/connection-types/saml/index.js";
import type { VerifiedAssertion } from "../../../src/protocols/saml/check-assertion.js";
import { describeConnectionType } from "../../../testing/conformance/connection-type.js";
import { hostileText } from "../../../testing/conformance/hostile-values.js";
import type { ConformanceSubject } from "../../../testing/conformance/subject.js";
import { startSamlProvider, type Person } from "../../support/providers/saml/index.js";

const FORMATS = ["1.1:nameid-format:emailAddress", "2.0:nameid-format:persistent", "2.0:nameid-format:transient"];
const NAMES = [
  "email",
  "mail",
  "givenName",
  "sn",
  "cn",
  "uid",
  "employeeNumber",
  "groups",
  "memberOf",
  "title",
  "__proto__",
];
const name = fc.oneof(fc.constantFrom(...NAMES, "http://wso2.org/claims/groups"), hostileText);
/** Values as `readAttributes` returns them: trimmed and not empty. */
const value = hostileText.map((text) => text.trim()).filter((text) => text !== "");

const verified: fc.Arbitrary<VerifiedAssertion> = fc.record({
  id: fc.constant("_a1"),
  issuer: fc.constantFrom("https://id.example.com", "https://app.onelogin.com/saml/metadata/1"),
  nameId: fc.record({
    value: fc.oneof(fc.constant("subject-1"), value),
    format: fc.constantFrom(...FORMATS.map((format) => `urn:oasis:names:tc:SAML:${format}`)),
    qualifier: fc.option(value),
    spQualifier: fc.option(value),
  }),
  expiresAt: fc.constant("2026-11-23T08:00:00.000Z"),
  authnInstant: fc.constant("2026-11-23T08:00:00.000Z"),
  authnContextClasses: fc.array(hostileText, { maxLength: 3 }),
  sessionIndex: fc.option(hostileText),
  sessionEndsAt: fc.option(fc.constant("2026-11-23T16:00:00.000Z")),
  // JSON.parse treats `__proto__` like any other attribute.
  attributes: fc.array(fc.tuple(name, fc.array(value, { maxLength: 4 })), { maxLength: 12 }).map((entries) => {
    const members = entries.map((each) => each.map((part) => JSON.stringify(part)).join(":"));
    return JSON.parse(`{${members.join(",")}}`) as VerifiedAssertion["attributes"];
  }),
});

const people: readonly Person[] = Array.from({ length: 50 }, (_, index) => ({
  id: `person-${index}`,
  email: `person-${index}@acme.example`,
  firstName: "Person",
  lastName: String(index),
}));

const subject: ConformanceSubject = {
  verified,
  start: async () => {
    const provider = await startSamlProvider({ people });
    return {
      type: saml,
      input: { metadataUrl: provider.metadataUrl },
      dead: { type: saml, input: { metadataUrl: "http://127.0.0.1:9/metadata" } },
      signIn: async (url, person) => provider.answer(url, `person-${person}`).fields,
      asksForAccount: (url) => provider.readRequest(url).forceAuthn,
      identityOf: (person) => ({ issuer: provider.entityId, subject: `person-${person}` }),
      close: provider.close,
    };
  },
};

describeConnectionType("saml", subject);
