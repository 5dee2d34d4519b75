/** How a provider causes each outcome of the SAML type. */
import type { SamlRefusalCode } from "../../../src/protocols/saml/refusals.js";
import { createBrowser } from "../../../testing/browser.js";
import { createProviderKey } from "../../support/providers/saml/index.js";
import { ALGORITHM } from "../../support/providers/saml/signature.js";
import { errorStatus, form, response, type Case, type Causes, type Stage } from "./stage.js";

const WORKERS = { elsewhere: "test/protocols/saml/worker-pool.test.ts" };
const SOURCE = { elsewhere: "test/protocols/saml/provider-source.test.ts" };
const SIGN_IN = { elsewhere: "test/connection-types/saml/sign-in.test.ts" };

const SESSIONS = { elsewhere: "test/e2e/provider-session.test.ts" };

const minutes = (count: number) => new Date(Date.now() + count * 60_000);
const message = (text: string): Case => form(async () => ({ SAMLResponse: Buffer.from(text).toString("base64") }));

/** The instants of a response that is made so many seconds from now. */
function instantsIn(seconds: number, { saml }: Stage) {
  const later = (instant: Date | null) => instant && new Date(instant.getTime() + seconds * 1_000);
  const usual = saml.describe(saml.people[0]!, { acsUrl: "", id: "", issuer: "" });
  return {
    issueInstant: later(usual.issueInstant)!,
    notBefore: later(usual.notBefore),
    notOnOrAfter: later(usual.notOnOrAfter),
    confirmationEnd: later(usual.confirmationEnd),
    authnInstant: later(usual.authnInstant),
  };
}

/** A provider whose clock is wrong by this number of seconds. */
const clockAhead = (seconds: number, detail: RegExp) => response((stage) => instantsIn(seconds, stage), detail);

/** A response with two assertions. */
const TWO_ASSERTIONS = form(async (_stage, tenant, browser) => {
  const { fields } = await tenant.authenticate(browser);
  const xml = Buffer.from(fields.SAMLResponse, "base64").toString();
  const doubled = xml.replace(/<saml:Assertion\b.*<\/saml:Assertion>/s, "$&$&");
  return { SAMLResponse: Buffer.from(doubled).toString("base64") };
});

/** A response that is signed by an unknown key. */
const FOREIGN_KEY: Case = {
  ...form(async ({ saml }, tenant, browser) => {
    const usual = saml.keys();
    const request = await tenant.request(browser);
    saml.setKeys([createProviderKey()]);
    try {
      return saml.answer(request, "p-1001").fields as Record<string, string>;
    } finally {
      saml.setKeys(usual);
    }
  }),
  detail: /a certificate that the connection does not have/,
};

/** The only certificate of the connection expires between two sign-ins. */
const EXPIRED_CERTIFICATE: Case = {
  kind: "saml",
  detail: /it was valid until/,
  cause: async (stage) => {
    const { saml } = stage;
    const usual = saml.keys();
    const hour = 3_600;
    saml.setKeys([createProviderKey({ notAfter: new Date(Date.now() + hour * 1_000) }), createProviderKey()]);
    try {
      const tenant = await stage.makeSaml();
      const browser = createBrowser();
      stage.setClock("usher", 2 * hour);
      const page = await tenant.signIn(browser, "p-1001", instantsIn(2 * hour, stage));
      return { page, browser, tenant };
    } finally {
      stage.setClock("usher", 0);
      saml.setKeys(usual);
    }
  },
};

/** A connection that accepts only encrypted assertions. */
const NOT_ENCRYPTED: Case = {
  kind: "saml",
  cause: async (stage) => {
    const tenant = await stage.makeSaml({ settings: { encryptedAssertions: true } });
    const browser = createBrowser();
    return { page: await tenant.signIn(browser), browser, tenant };
  },
};

const encryptedIdentifier = (xml: string) =>
  xml.replace(
    /<saml:NameID .*<\/saml:NameID>/s,
    '<saml:EncryptedID><xenc:EncryptedData xmlns:xenc="http://www.w3.org/2001/04/xmlenc#"></xenc:EncryptedData></saml:EncryptedID>',
  );

export const SAML_CAUSES: Readonly<Record<SamlRefusalCode, Causes>> = {
  SAML_MALFORMED_RESPONSE: form(async () => ({ SAMLResponse: "eA==" })),
  SAML_RESPONSE_TOO_LARGE: form(async () => ({ SAMLResponse: "eHh4".repeat(90_000) })),
  SAML_FORBIDDEN_MARKUP: message("<!DOCTYPE x><x></x>"),
  SAML_NOT_A_RESPONSE: [message("<x></x>"), form(async () => ({}))],
  SAML_NOT_A_LOGOUT_MESSAGE: { elsewhere: "test/connection-types/saml/logout.test.ts" },
  SAML_UNEXPECTED_STRUCTURE: TWO_ASSERTIONS,
  SAML_UNSIGNED: response({ signedPart: "NOTHING" }),
  SAML_WEAK_ALGORITHM: response({ responseSigning: { method: ALGORITHM.rsaSha1 } }, /rsa-sha1/),
  SAML_PROVIDER_REFUSED: [
    errorStatus("RequestUnsupported", "AADSTS75006: An error occurred.", "Requester"),
    errorStatus(null, null),
  ],
  SAML_ACCESS_DENIED: [errorStatus("AuthnFailed", null), errorStatus("RequestDenied", null)],
  SAML_CANCELLED: errorStatus("RequestDenied", "The user cancelled the sign-in."),
  SAML_NOT_ASSIGNED: errorStatus(null, "AADSTS50105: The signed in user is not assigned to a role."),
  SAML_FOREIGN_ACCOUNT: errorStatus(null, "AADSTS50020: User account does not exist in tenant 'Acme'."),
  SAML_POLICY_REFUSED: errorStatus(null, "AADSTS53003: Access has been blocked by Conditional Access policies."),
  SAML_INTERACTION_REQUIRED: [errorStatus("NoPassive", null), errorStatus("AuthnFailed", "authentication_expired")],
  SAML_AUTHN_CONTEXT_UNAVAILABLE: errorStatus("NoAuthnContext", null),
  SAML_NAME_ID_UNAVAILABLE: errorStatus("InvalidNameIDPolicy", null, "Requester"),
  SAML_WRONG_DESTINATION: response({ destination: "https://sibling.example/acs" }, /received https:\/\/sibling/),
  SAML_WRONG_ISSUER: response({ issuer: "https://other.example/metadata" }, /received https:\/\/other\.example/),
  SAML_UNSOLICITED: response({ inResponseTo: null, confirmationInResponseTo: null }),
  SAML_UNKNOWN_REQUEST: response({ inResponseTo: `_${"0".repeat(40)}` }),
  SAML_WRONG_REQUEST: response({ confirmationInResponseTo: "_of-the-victim" }),
  SAML_BAD_SIGNATURE: FOREIGN_KEY,
  SAML_CERTIFICATE_EXPIRED: EXPIRED_CERTIFICATE,
  SAML_ENCRYPTION_REQUIRED: NOT_ENCRYPTED,
  SAML_ENCRYPTION_UNSUPPORTED: response({ rewriteAssertion: encryptedIdentifier }),
  SAML_DECRYPTION_FAILED: response(() => ({ encryption: { certificate: createProviderKey().certificate } })),
  SAML_SIGNING_KEY_MISSING: SIGN_IN,
  SAML_CLOCK_SKEW: [
    clockAhead(300, /clock is (2\d\d|300) seconds ahead/),
    clockAhead(-300, /clock is at least (2\d\d|300) seconds behind/),
    response(() => ({ notBefore: minutes(5) }), /Conditions\/NotBefore is (2\d\d|300) seconds ahead/),
  ],
  SAML_EXPIRED: response(() => ({ notOnOrAfter: minutes(-5) }), /NotOnOrAfter was (299|3\d\d) seconds ago/),
  SAML_CONDITIONS_MISSING: response({ hasConditions: false }),
  SAML_WRONG_AUDIENCE: response({ audiences: [["https://sibling.example"]] }, /received https:\/\/sibling\.example/),
  SAML_WRONG_RECIPIENT: response({ recipient: "https://sibling.example/acs" }, /received https:\/\/sibling\.example/),
  SAML_CONFIRMATION_MISSING: response({ confirmationMethod: "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key" }),
  SAML_AUTHN_STATEMENT_MISSING: response({ authnInstant: null }),
  SAML_AUTHENTICATION_CONTEXT_TOO_WEAK: SESSIONS,
  SAML_AUTHENTICATION_TOO_OLD: SESSIONS,
  SAML_INITIATED_BY_OTHER_ISSUER: { elsewhere: "test/e2e/third-party-start.test.ts" },
  SAML_NOT_REAUTHENTICATED: SIGN_IN,
  SAML_NAME_ID_UNUSABLE: response({ nameId: "" }),
  SAML_TRANSIENT_SUBJECT: response({ nameIdFormat: "urn:oasis:names:tc:SAML:2.0:nameid-format:transient" }),
  SAML_EMAIL_AMBIGUOUS: response({ attributes: [["email", ["ann@acme.example", "other@acme.example"]]] }),
  SAML_SETTINGS_INCOMPLETE: { elsewhere: "test/connection-types/saml/diagnose.test.ts" },
  SAML_METADATA_UNREACHABLE: SOURCE,
  SAML_METADATA_INVALID: SOURCE,
  SAML_METADATA_EXPIRED: SOURCE,
  SAML_PROVIDER_CHANGED: SOURCE,
  SAML_BUSY: WORKERS,
  SAML_VERIFICATION_STOPPED: WORKERS,
};
