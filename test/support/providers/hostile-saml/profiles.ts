/** Messages that the provider signed, but that Usher must refuse (SAML profiles 4.1.4.3). */
import { URI } from "../saml/canonical.js";
import type { ResponseContent } from "../saml/index.js";
import { joinResponse } from "../saml/response.js";
import { type Add, type HostileSituation, genuine } from "./situation.js";

/** Signed messages for a different recipient or a different time, or in a form that this profile does not allow. */
export function addProfiles(situation: HostileSituation, add: Add): void {
  const { now } = situation;
  const minutes = (count: number) => new Date(now.getTime() + count * 60_000);
  const sign = (changes: Partial<ResponseContent>) => joinResponse(genuine(situation, changes));
  const late = (name: string, code: string, changes: Partial<ResponseContent>) =>
    add(`profile/${name}`, code, sign(changes), false);
  const early = (name: string, code: string, changes: Partial<ResponseContent>) =>
    add(`profile/${name}`, code, sign(changes));
  const elsewhere = "https://usher.example/sso/c2/acs";
  early("destination of a sibling", "SAML_WRONG_DESTINATION", { destination: elsewhere });
  early("destination in other case", "SAML_WRONG_DESTINATION", { destination: situation.request.acsUrl.toUpperCase() });
  early("destination missing though signed", "SAML_WRONG_DESTINATION", { destination: null });
  early("destination of a sibling, unsigned response", "SAML_WRONG_DESTINATION", {
    destination: elsewhere,
    signedPart: "ASSERTION",
  });
  early("response issuer of another provider", "SAML_WRONG_ISSUER", { issuer: "https://other.example/metadata" });
  late("assertion issuer of another provider", "SAML_WRONG_ISSUER", {
    assertionIssuer: "https://other.example/metadata",
  });
  late("assertion issuer missing", "SAML_WRONG_ISSUER", { assertionIssuer: null });
  late("recipient of a sibling", "SAML_WRONG_RECIPIENT", { recipient: elsewhere });
  late("recipient missing", "SAML_WRONG_RECIPIENT", { recipient: null });
  late("audience of a sibling", "SAML_WRONG_AUDIENCE", { audiences: [["https://usher.example/sso/c2/metadata"]] });
  late("audience that begins alike", "SAML_WRONG_AUDIENCE", { audiences: [[`${situation.request.issuer}/x`]] });
  late("audience missing", "SAML_WRONG_AUDIENCE", { audiences: [] });
  late("audience empty", "SAML_WRONG_AUDIENCE", { audiences: [[]] });
  late("two restrictions, one of a sibling", "SAML_WRONG_AUDIENCE", {
    audiences: [[situation.request.issuer], ["https://usher.example/sso/c2/metadata"]],
  });
  late("conditions missing", "SAML_CONDITIONS_MISSING", { hasConditions: false });
  late("conditions without end", "SAML_CONDITIONS_MISSING", { notOnOrAfter: null });
  late("conditions for a year", "SAML_CONDITIONS_MISSING", { notOnOrAfter: minutes(525_600) });
  late("conditions over", "SAML_EXPIRED", { notOnOrAfter: minutes(-2) });
  late("conditions not begun", "SAML_CLOCK_SKEW", { notBefore: minutes(3) });
  late("condition that nobody knows", "SAML_CONDITIONS_MISSING", {
    extraConditions: '<x:Only xmlns:x="urn:x"></x:Only>',
  });
  late("confirmation by holder of key", "SAML_CONFIRMATION_MISSING", {
    confirmationMethod: "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key",
  });
  late("confirmation by sender vouches", "SAML_CONFIRMATION_MISSING", {
    confirmationMethod: "urn:oasis:names:tc:SAML:2.0:cm:sender-vouches",
  });
  late("confirmation without end", "SAML_CONFIRMATION_MISSING", { confirmationEnd: null });
  late("confirmation over", "SAML_EXPIRED", { confirmationEnd: minutes(-2) });
  late("confirmation not begun", "SAML_CLOCK_SKEW", { confirmationNotBefore: minutes(3) });
  late("no confirmation at all", "SAML_CONFIRMATION_MISSING", {
    rewriteAssertion: (xml) => xml.replace(/<saml:SubjectConfirmation .*<\/saml:SubjectConfirmation>/s, ""),
  });
  late("confirmation without data", "SAML_CONFIRMATION_MISSING", {
    rewriteAssertion: (xml) => xml.replace(/<saml:SubjectConfirmationData .*?<\/saml:SubjectConfirmationData>/s, ""),
  });
  late("stolen assertion in an answer to one's own request", "SAML_WRONG_REQUEST", {
    signedPart: "ASSERTION",
    confirmationInResponseTo: "_of-the-victim",
  });
  late("confirmation of no request", "SAML_WRONG_REQUEST", { confirmationInResponseTo: null });
  late("no statement of authentication", "SAML_AUTHN_STATEMENT_MISSING", { authnInstant: null });
  late("session over", "SAML_EXPIRED", { sessionEnd: minutes(-5) });
  early("from the future", "SAML_CLOCK_SKEW", { issueInstant: minutes(3) });
  early("from before the request", "SAML_CLOCK_SKEW", { issueInstant: minutes(-3) });
  late("NameID empty", "SAML_NAME_ID_UNUSABLE", { nameId: "" });
  late("NameID with white space around", "SAML_NAME_ID_UNUSABLE", { nameId: `${situation.victim.id} ` });
  late("NameID of 513 characters", "SAML_NAME_ID_UNUSABLE", { nameId: "x".repeat(513) });
  late("NameID missing", "SAML_NAME_ID_UNUSABLE", {
    rewriteAssertion: (xml) => xml.replace(/<saml:NameID .*<\/saml:NameID>/s, ""),
  });
  late("NameID twice", "SAML_NAME_ID_UNUSABLE", {
    rewriteAssertion: (xml) => xml.replace(/(<saml:NameID .*<\/saml:NameID>)/s, "$1$1"),
  });
  late("NameID with an element inside", "SAML_NAME_ID_UNUSABLE", {
    rewriteAssertion: (xml) => xml.replace("</saml:NameID>", "<saml:x></saml:x></saml:NameID>"),
  });
  late("NameID transient", "SAML_TRANSIENT_SUBJECT", {
    nameIdFormat: "urn:oasis:names:tc:SAML:2.0:nameid-format:transient",
  });
  late("several e-mail addresses", "SAML_EMAIL_AMBIGUOUS", {
    attributes: [["email", [situation.attacker.email, situation.victim.email]]],
  });
  late("e-mail addresses in names that differ in case", "SAML_EMAIL_AMBIGUOUS", {
    attributes: [
      ["email", [situation.attacker.email]],
      ["Email", [situation.victim.email]],
    ],
  });
  early("encrypted identifier", "SAML_ENCRYPTION_UNSUPPORTED", {
    rewriteAssertion: (xml) =>
      xml.replace(
        /<saml:NameID .*<\/saml:NameID>/s,
        `<saml:EncryptedID><xenc:EncryptedData xmlns:xenc="${URI.xenc}"></xenc:EncryptedData></saml:EncryptedID>`,
      ),
  });
}
