/**
 * The usual attribute names of providers: plain names, `urn:oid:` (RFC 4519, RFC 2798, eduPerson, by the X.500/LDAP
 * attribute profile, SAML profiles 8.2), the older MACE names of the same attributes (MACE-Dir SAML attribute profiles,
 * section 2.1), and the claim URIs of Microsoft and WS-Federation. Of the names for one field, Usher uses the first
 * that has a value. Case does not matter.
 */
import type { ProfileField } from "../../connection/contract/index.js";

const IDENTITY_CLAIM = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/";
const MACE = "urn:mace:dir:attribute-def:";
const MICROSOFT_CLAIM = "http://schemas.microsoft.com/ws/2008/06/identity/claims/";
const MICROSOFT_IDENTITY = "http://schemas.microsoft.com/identity/claims/";

export const VOCABULARY = {
  email: [
    "email",
    "mail",
    "emailAddress",
    "e-mail",
    "email_address",
    "user.email",
    "urn:oid:0.9.2342.19200300.100.1.3", // mail
    "urn:oid:1.2.840.113549.1.9.1", // emailAddress
    `${MACE}mail`,
    `${IDENTITY_CLAIM}emailaddress`,
  ],
  firstName: [
    "firstName",
    "givenName",
    "first_name",
    "given_name",
    "user.firstName",
    "urn:oid:2.5.4.42", // givenName
    `${MACE}givenName`,
    `${IDENTITY_CLAIM}givenname`,
  ],
  lastName: [
    "lastName",
    "surname",
    "sn",
    "last_name",
    "family_name",
    "familyName",
    "user.lastName",
    "urn:oid:2.5.4.4", // sn
    `${MACE}sn`,
    `${IDENTITY_CLAIM}surname`,
  ],
  fullName: [
    "displayName",
    "fullName",
    "display_name",
    "cn",
    "urn:oid:2.16.840.1.113730.3.1.241", // displayName
    "urn:oid:2.5.4.3", // cn
    `${MACE}displayName`,
    `${MACE}cn`,
    `${MICROSOFT_IDENTITY}displayname`,
    "http://schemas.xmlsoap.org/claims/CommonName",
  ],
  username: [
    "username",
    "userName",
    "uid",
    "user.login",
    "upn",
    "userPrincipalName",
    "urn:oid:0.9.2342.19200300.100.1.1", // uid
    "urn:oid:1.3.6.1.4.1.5923.1.1.1.6", // eduPersonPrincipalName
    `${MACE}uid`,
    `${MACE}eduPersonPrincipalName`,
    `${IDENTITY_CLAIM}upn`,
    `${IDENTITY_CLAIM}name`,
    `${MICROSOFT_CLAIM}windowsaccountname`,
  ],
  employeeId: [
    "employeeId",
    "employeeNumber",
    "employee_id",
    "user.employeeNumber",
    "urn:oid:2.16.840.1.113730.3.1.3", // employeeNumber
    `${MACE}employeeNumber`,
    `${IDENTITY_CLAIM}employeeid`,
    `${MICROSOFT_IDENTITY}employeeid`,
  ],
  groups: [
    "groups",
    "group",
    "memberOf",
    "isMemberOf",
    "urn:oid:1.3.6.1.4.1.5923.1.5.1.1", // isMemberOf
    "urn:oid:1.2.840.113556.1.2.102", // memberOf
    `${MACE}isMemberOf`,
    `${MACE}memberOf`,
    `${MICROSOFT_CLAIM}groups`,
    "http://schemas.xmlsoap.org/claims/Group",
    "http://wso2.org/claims/groups",
    "http://wso2.org/claims/role",
  ],
} as const satisfies Record<string, readonly string[]>;

/** The attribute names of the other profile fields. */
export const PROFILE_VOCABULARY: Readonly<Record<ProfileField, readonly string[]>> = {
  phone: [
    "phone",
    "phoneNumber",
    "telephoneNumber",
    "urn:oid:2.5.4.20",
    `${MACE}telephoneNumber`,
    `${IDENTITY_CLAIM}otherphone`,
    "mobile",
    "urn:oid:0.9.2342.19200300.100.1.41",
    `${MACE}mobile`,
    `${IDENTITY_CLAIM}mobilephone`,
  ],
  jobTitle: ["jobTitle", "title", "urn:oid:2.5.4.12", `${MACE}title`, `${IDENTITY_CLAIM}jobtitle`],
  department: ["department", "urn:oid:1.2.840.113556.1.2.141", `${IDENTITY_CLAIM}department`],
  division: ["division", "urn:oid:1.2.840.113556.1.4.261"],
  streetAddress: ["streetAddress", "street", "urn:oid:2.5.4.9", `${MACE}street`, `${IDENTITY_CLAIM}streetaddress`],
  city: ["city", "locality", "l", "urn:oid:2.5.4.7", `${MACE}l`, `${IDENTITY_CLAIM}locality`],
  state: ["state", "st", "region", "urn:oid:2.5.4.8", `${MACE}st`, `${IDENTITY_CLAIM}stateorprovince`],
  zipCode: ["zipCode", "zip", "postalCode", "urn:oid:2.5.4.17", `${MACE}postalCode`, `${IDENTITY_CLAIM}postalcode`],
  managerName: ["managerName", "managerDisplayName"],
  managerEmail: ["managerEmail"],
  costCenter: ["costCenter", "cost_center"],
  locale: ["locale", "preferredLanguage", "urn:oid:2.16.840.1.113730.3.1.39", `${MACE}preferredLanguage`],
  timeZone: ["timeZone", "zoneinfo"],
};

/** Identifiers that never change and never go to another person (SAML subject identifier attributes 3.3, 3.4). */
export const SUBJECT_IDENTIFIERS = [
  "urn:oasis:names:tc:SAML:attribute:subject-id",
  "urn:oasis:names:tc:SAML:attribute:pairwise-id",
] as const;

/** Attributes whose values WSO2 Identity Server sends as one text with commas. */
export const COMMA_LISTS: ReadonlySet<string> = new Set([
  "http://wso2.org/claims/groups",
  "http://wso2.org/claims/role",
]);

/**
 * OneLogin sends the values of `memberOf` as one text with semicolons. The issuer shows whether the provider is
 * OneLogin.
 */
export const SEMICOLON_LIST = { attribute: "memberof", issuer: /^https:\/\/(?:[a-z0-9-]+\.)+onelogin\.com\// } as const;

/** Entra ID sends this attribute instead of the groups if a person is in more than 150 groups. */
export const GROUPS_LEFT_OUT = {
  attribute: "http://schemas.microsoft.com/claims/groups.link",
  insteadOf: `${MICROSOFT_CLAIM}groups`,
} as const;
