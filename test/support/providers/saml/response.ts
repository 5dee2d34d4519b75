/** Writes the stand-in's responses (SAML core 3.3.3) in parts, so that a hostile provider can combine them differently. */
import { randomBytes } from "node:crypto";
import { element, escapeText, rootElement } from "./canonical.js";
import type { ProviderKey } from "./certificate.js";
import { encryptAssertion, signElement, type EncryptionOptions, type SigningOptions } from "./signature.js";

/** A person at the stand-in. */
export interface Person {
  /** The stable persistent NameID. */
  readonly id: string;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly employeeId?: string;
  readonly department?: string;
  readonly groups?: readonly string[];
  /** Attributes that are sent unchanged, in addition to those of the vocabulary. */
  readonly attributes?: Readonly<Record<string, readonly string[]>>;
}

/** The form that a browser posts to the service provider. */
export interface PostedAnswer {
  readonly acsUrl: string;
  readonly fields: { readonly SAMLResponse: string; readonly RelayState?: string };
}

export type AttributeVocabulary = "plain" | "oid" | "microsoft";
export type GroupStyle = "values" | "commas" | "none";
export type NameIdFormat = "emailAddress" | "persistent" | "transient" | "unspecified";
export type SignedPart = "RESPONSE" | "ASSERTION" | "BOTH" | "NOTHING";

/** The content of a response. `null` leaves a part out. */
export interface ResponseContent {
  readonly issuer: string | null;
  readonly assertionIssuer: string | null;
  readonly acsUrl: string;
  readonly destination: string | null;
  readonly recipient: string | null;
  readonly audiences: readonly (readonly string[])[];
  readonly inResponseTo: string | null;
  readonly confirmationInResponseTo: string | null;
  readonly confirmationMethod: string;
  readonly confirmationNotBefore: Date | null;
  readonly confirmationEnd: Date | null;
  readonly issueInstant: Date;
  readonly notBefore: Date | null;
  readonly notOnOrAfter: Date | null;
  readonly hasConditions: boolean;
  /** Canonical XML among the conditions. */
  readonly extraConditions: string;
  readonly authnInstant: Date | null;
  readonly sessionEnd: Date | null;
  /** The provider's name of the session. `null` leaves it out. */
  readonly sessionIndex: string | null;
  readonly authnContext: string;
  readonly status: string;
  readonly subStatus: string | null;
  readonly statusMessage: string | null;
  /** Whether the response carries an assertion. That of a failure has none. */
  readonly hasAssertion: boolean;
  readonly nameId: string;
  readonly nameIdFormat: string | null;
  readonly nameQualifier: string | null;
  readonly attributes: readonly (readonly [name: string, values: readonly string[]])[];
  readonly version: string;
  readonly signedPart: SignedPart;
  readonly responseSigning: SigningOptions;
  readonly assertionSigning: SigningOptions;
  readonly encryption: EncryptionOptions | null;
  /** Changes the assertion before it is signed. */
  readonly rewriteAssertion: (assertion: string) => string;
}

/** The parts of a response as canonical XML. */
export interface ResponseParts {
  readonly responseId: string;
  readonly assertionId: string;
  /** The start tag, the issuer, the signature (empty if unsigned), and the other children. */
  readonly response: {
    readonly start: string;
    readonly issuer: string;
    readonly signature: string;
    readonly status: string;
  };
  readonly assertion: {
    readonly start: string;
    readonly issuer: string;
    readonly signature: string;
    readonly rest: string;
  };
  /** The assertion in the response, plain or encrypted. */
  readonly carried: string;
}

export function buildParts(content: ResponseContent, key: ProviderKey): ResponseParts {
  const responseId = `_r${randomBytes(16).toString("hex")}`;
  const assertionId = `_a${randomBytes(16).toString("hex")}`;
  const unsigned = content.rewriteAssertion(writeAssertion(assertionId, content));
  const [, start = "", issuer = "", rest = ""] =
    /^(<saml:Assertion[^>]*>)((?:<saml:Issuer>.*?<\/saml:Issuer>)?)(.*)<\/saml:Assertion>$/s.exec(unsigned) ?? [];
  const signsAssertion = content.signedPart === "ASSERTION" || content.signedPart === "BOTH";
  const signature = signsAssertion ? signElement(assertionId, unsigned, key, content.assertionSigning) : "";
  const assertion = { start, issuer, signature, rest };
  const plain = content.hasAssertion ? joinAssertion(assertion) : "";
  const carried = content.encryption ? encryptAssertion(plain, content.encryption) : plain;
  const response = { ...writeResponseShell(responseId, content), signature: "" };
  const signsResponse = content.signedPart === "RESPONSE" || content.signedPart === "BOTH";
  const canonical = joinResponse({ responseId, assertionId, response, assertion, carried });
  const responseSignature = signsResponse ? signElement(responseId, canonical, key, content.responseSigning) : "";
  return { responseId, assertionId, response: { ...response, signature: responseSignature }, assertion, carried };
}

export function joinAssertion({ start, issuer, signature, rest }: ResponseParts["assertion"]): string {
  return `${start}${issuer}${signature}${rest}</saml:Assertion>`;
}

export function joinResponse({ response, carried }: ResponseParts): string {
  return `${response.start}${response.issuer}${response.signature}${response.status}${carried}</samlp:Response>`;
}

function writeResponseShell(id: string, content: ResponseContent) {
  const shell = rootElement("samlp:Response", {
    ID: id,
    Version: content.version,
    IssueInstant: content.issueInstant.toISOString(),
    Destination: content.destination,
    InResponseTo: content.inResponseTo,
  });
  const inner = content.subStatus === null ? [] : [element("samlp:StatusCode", { Value: content.subStatus })];
  const message =
    content.statusMessage === null ? "" : element("samlp:StatusMessage", {}, escapeText(content.statusMessage));
  return {
    start: shell.replace("</samlp:Response>", ""),
    issuer: content.issuer === null ? "" : rootElement("saml:Issuer", {}, escapeText(content.issuer)),
    status: element("samlp:Status", {}, element("samlp:StatusCode", { Value: content.status }, ...inner), message),
  };
}

function writeAssertion(id: string, content: ResponseContent): string {
  return rootElement(
    "saml:Assertion",
    { ID: id, Version: "2.0", IssueInstant: content.issueInstant.toISOString() },
    content.assertionIssuer === null ? "" : element("saml:Issuer", {}, escapeText(content.assertionIssuer)),
    writeSubject(content),
    content.hasConditions ? writeConditions(content) : "",
    content.authnInstant === null ? "" : writeAuthnStatement(content.authnInstant, content),
    content.attributes.length === 0 ? "" : writeAttributes(content.attributes),
  );
}

function writeSubject(content: ResponseContent): string {
  const nameId = { Format: content.nameIdFormat, NameQualifier: content.nameQualifier };
  return element(
    "saml:Subject",
    {},
    element("saml:NameID", nameId, escapeText(content.nameId)),
    element(
      "saml:SubjectConfirmation",
      { Method: content.confirmationMethod },
      element("saml:SubjectConfirmationData", {
        InResponseTo: content.confirmationInResponseTo,
        NotBefore: content.confirmationNotBefore?.toISOString(),
        NotOnOrAfter: content.confirmationEnd?.toISOString(),
        Recipient: content.recipient,
      }),
    ),
  );
}

function writeConditions(content: ResponseContent): string {
  return element(
    "saml:Conditions",
    { NotBefore: content.notBefore?.toISOString(), NotOnOrAfter: content.notOnOrAfter?.toISOString() },
    ...content.audiences.map((audiences) =>
      element(
        "saml:AudienceRestriction",
        {},
        ...audiences.map((audience) => element("saml:Audience", {}, escapeText(audience))),
      ),
    ),
    content.extraConditions,
  );
}

function writeAuthnStatement(instant: Date, content: ResponseContent): string {
  return element(
    "saml:AuthnStatement",
    {
      AuthnInstant: instant.toISOString(),
      SessionIndex: content.sessionIndex,
      SessionNotOnOrAfter: content.sessionEnd?.toISOString(),
    },
    element("saml:AuthnContext", {}, element("saml:AuthnContextClassRef", {}, content.authnContext)),
  );
}

function writeAttributes(attributes: ResponseContent["attributes"]): string {
  return element(
    "saml:AttributeStatement",
    {},
    ...attributes.map(([name, values]) =>
      element(
        "saml:Attribute",
        { Name: name },
        ...values.map((value) => element("saml:AttributeValue", {}, escapeText(value))),
      ),
    ),
  );
}

const NAMES: Readonly<Record<AttributeVocabulary, Readonly<Record<string, string>>>> = {
  plain: {
    email: "email",
    firstName: "firstName",
    lastName: "lastName",
    employeeId: "employeeId",
    department: "department",
    groups: "groups",
  },
  oid: {
    email: "urn:oid:0.9.2342.19200300.100.1.3",
    firstName: "urn:oid:2.5.4.42",
    lastName: "urn:oid:2.5.4.4",
    employeeId: "urn:oid:2.16.840.1.113730.3.1.3",
    department: "urn:oid:1.2.840.113556.1.2.141",
    groups: "urn:oid:1.3.6.1.4.1.5923.1.5.1.1",
  },
  microsoft: {
    email: "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
    firstName: "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname",
    lastName: "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname",
    employeeId: "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/employeeid",
    department: "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/department",
    groups: "http://schemas.microsoft.com/ws/2008/06/identity/claims/groups",
  },
};

/** A person's attributes by the names of a vocabulary. */
export function describePerson(
  person: Person,
  vocabulary: AttributeVocabulary,
  groupStyle: GroupStyle,
): ResponseContent["attributes"] {
  const names = NAMES[vocabulary];
  const groups = person.groups ?? [];
  return [
    [names["email"]!, [person.email]],
    [names["firstName"]!, [person.firstName]],
    [names["lastName"]!, [person.lastName]],
    ...(person.employeeId === undefined ? [] : [[names["employeeId"]!, [person.employeeId]] as const]),
    ...(person.department === undefined ? [] : [[names["department"]!, [person.department]] as const]),
    ...(groupStyle === "values" ? [[names["groups"]!, groups] as const] : []),
    ...(groupStyle === "commas" ? [["http://wso2.org/claims/groups", [groups.join(",")]] as const] : []),
    ...Object.entries(person.attributes ?? {}),
  ];
}
