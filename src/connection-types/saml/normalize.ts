/** Makes a profile from a verified assertion. */
import {
  boundProfile,
  PROFILE_FIELDS,
  type Groups,
  type NormalizedProfile,
  type ProfileField,
} from "../../connection/contract/index.js";
import { readEmailAddress } from "../../protocols/email-address.js";
import type { VerifiedAssertion } from "../../protocols/saml/check-assertion.js";
import { refuse } from "../../protocols/saml/refusals.js";
import { NAME_ID_FORMAT } from "../../protocols/saml/names.js";
import type { SamlSettings } from "./settings.js";
import {
  COMMA_LISTS,
  GROUPS_LEFT_OUT,
  PROFILE_VOCABULARY,
  SEMICOLON_LIST,
  SUBJECT_IDENTIFIERS,
  VOCABULARY,
} from "./vocabulary.js";

type Attributes = VerifiedAssertion["attributes"];

/**
 * Refuses an assertion that does not safely identify the person. The strategy calls this as the last part of the
 * verification.
 */
export function checkSubject(verified: VerifiedAssertion, settings: SamlSettings): void {
  if (readSubject(verified) === null)
    refuse("SAML_TRANSIENT_SUBJECT", "the NameID is transient, and no subject identifier came with it");
  const email = readEmail(verified, settings);
  if (email.kind === "ambiguous")
    refuse("SAML_EMAIL_AMBIGUOUS", `${email.count} different addresses in ${email.attribute}`);
}

/** Makes the profile. If `checkSubject` would refuse the assertion, the unsafe values are empty. */
export function normalize(verified: VerifiedAssertion, settings: SamlSettings): NormalizedProfile {
  const { attributes } = verified;
  const email = readEmail(verified, settings);
  const sources: Record<string, string> = {};
  const firstOf = (field: string, found: Found | null) => {
    const value = found?.values[0] ?? null;
    if (found !== null && value !== null) sources[field] = found.name;
    return value;
  };
  const first = (field: string, names: readonly string[]) => firstOf(field, findValues(attributes, names));
  const profile: Partial<Record<ProfileField, string>> = {};
  for (const field of PROFILE_FIELDS) {
    const value = first(field, PROFILE_VOCABULARY[field]);
    if (value !== null) profile[field] = value;
  }
  if (email.kind === "known") sources["email"] = email.source;
  return boundProfile({
    issuer: verified.issuer,
    subject: readSubject(verified) ?? verified.nameId.value,
    email: email.kind === "known" ? email.value : null,
    // SAML does not say whether an address is verified. The organization's verified domains decide.
    emailVerified: null,
    username: first("username", VOCABULARY.username),
    firstName: firstOf("firstName", readNamed(attributes, settings.firstNameAttribute, VOCABULARY.firstName)),
    lastName: firstOf("lastName", readNamed(attributes, settings.lastNameAttribute, VOCABULARY.lastName)),
    fullName: first("fullName", VOCABULARY.fullName),
    employeeId: firstOf("employeeId", readNamed(attributes, settings.employeeIdAttribute, VOCABULARY.employeeId)),
    groups: readGroups(verified, settings),
    groupsClaims: settings.groupsAttribute === null ? VOCABULARY.groups : [settings.groupsAttribute],
    profile,
    attributes: Object.assign(Object.create(null), attributes) as Attributes,
    authenticationMethods: verified.authnContextClasses,
    authentication: {
      acr: verified.authnContextClasses[0] ?? null,
      amr: [],
      authenticatedAt: verified.authnInstant,
      // Older versions kept tickets without this time.
      sessionEndsAt: verified.sessionEndsAt ?? null,
    },
    sources,
  });
}

/**
 * The stable name of the person at this provider: the NameID, or a subject identifier attribute if the NameID is
 * transient. The attribute is returned in lower case, because its specification says that case does not matter. `null`
 * if neither is there.
 */
function readSubject({ nameId, attributes, issuer }: VerifiedAssertion): string | null {
  if (nameId.format === NAME_ID_FORMAT.transient) {
    for (const name of SUBJECT_IDENTIFIERS) {
      const values = readExactly(attributes, name);
      if (values.length === 1 && /^[\w=-]{1,127}@[A-Za-z0-9.-]{1,127}$/.test(values[0]!))
        return values[0]!.toLowerCase();
    }
    return null;
  }
  // A persistent identifier is unique only together with its qualifier (SAML core 8.3.7).
  const isForeign =
    nameId.format === NAME_ID_FORMAT.persistent && nameId.qualifier !== null && nameId.qualifier !== issuer;
  return isForeign ? `${nameId.qualifier}!${nameId.value}` : nameId.value;
}

type Email =
  | { readonly kind: "known"; readonly value: string; readonly source: string }
  | { readonly kind: "missing" }
  | { readonly kind: "ambiguous"; readonly attribute: string; readonly count: number };

/**
 * The formats in which a NameID may be an e-mail address. Many providers send the address in another format than
 * `emailAddress`. The second format is not in the specification, but common. The transient format is left out, because
 * such a name is new at every sign-in.
 */
const ADDRESS_FORMATS: ReadonlySet<string> = new Set([
  NAME_ID_FORMAT.emailAddress,
  "urn:oasis:names:tc:SAML:2.0:nameid-format:emailAddress",
  NAME_ID_FORMAT.unspecified,
  NAME_ID_FORMAT.persistent,
]);

/**
 * Reads the e-mail address. If there are several, Usher takes the address that is also the NameID, and otherwise none:
 * a person may be able to add an address at the provider.
 */
function readEmail({ nameId, attributes }: VerifiedAssertion, settings: SamlSettings): Email {
  const named = ADDRESS_FORMATS.has(nameId.format) ? readEmailAddress(nameId.value) : null;
  const found = readNamed(attributes, settings.emailAttribute, VOCABULARY.email);
  const values = found?.values.flatMap((value) => readEmailAddress(value) ?? []) ?? [];
  const distinct = new Map(values.map((value) => [value.toLowerCase(), value]));
  if (found === null || distinct.size === 0)
    return named === null ? { kind: "missing" } : { kind: "known", value: named, source: "NameID" };
  if (distinct.size === 1) return { kind: "known", value: values[0]!, source: found.name };
  if (named !== null && distinct.has(named.toLowerCase())) return { kind: "known", value: named, source: "NameID" };
  return { kind: "ambiguous", attribute: found.name, count: distinct.size };
}

/**
 * Reads the groups. Each value is one group, except from a few known providers, which join all groups into one value.
 */
function readGroups({ attributes, issuer }: VerifiedAssertion, settings: SamlSettings): Groups {
  const found = readNamed(attributes, settings.groupsAttribute, VOCABULARY.groups, true);
  if (found === null) return leavesGroupsOut(attributes, settings) ? LEFT_OUT : { kind: "silent" };
  // If Usher split every value, a person who may create a group "x,Admins" would become a member of "Admins".
  const isSemicolonList = found.name.toLowerCase() === SEMICOLON_LIST.attribute && SEMICOLON_LIST.issuer.test(issuer);
  const separator = COMMA_LISTS.has(found.name) ? "," : isSemicolonList ? ";" : null;
  const values =
    separator === null
      ? found.values
      : found.values
          .flatMap((value) => value.split(separator).map((part) => part.trim()))
          .filter((part) => part !== "");
  return { kind: "known", values: [...new Set(values)] };
}

const LEFT_OUT: Groups = {
  kind: "unknown",
  reason: "The provider left the groups out, because there are too many of them (groups.link).",
};

/**
 * Whether the assertion says that it leaves out the person's groups. If Usher took such groups for `silent` or empty,
 * the person would lose roles.
 */
function leavesGroupsOut(attributes: Attributes, { groupsAttribute }: SamlSettings): boolean {
  const isAsked = groupsAttribute === null || groupsAttribute === GROUPS_LEFT_OUT.insteadOf;
  return isAsked && Object.hasOwn(attributes, GROUPS_LEFT_OUT.attribute);
}

interface Found {
  readonly name: string;
  readonly values: readonly string[];
}

/**
 * The values of the configured attribute, by its exact name; if none is configured, of the first usual attribute with a
 * value. `null` if there is no such attribute. With `allowEmpty`, an attribute without values counts, too.
 */
function readNamed(
  attributes: Attributes,
  configured: string | null,
  usual: readonly string[],
  allowEmpty = false,
): Found | null {
  if (configured === null) return findValues(attributes, usual, allowEmpty);
  const isThere = Object.hasOwn(attributes, configured);
  const values = readExactly(attributes, configured);
  return isThere && (allowEmpty || values.length > 0) ? { name: configured, values } : null;
}

/** The first of these names with a value. With `allowEmpty`, the first name that was sent. */
function findValues(attributes: Attributes, names: readonly string[], allowEmpty = false): Found | null {
  const sent = Object.keys(attributes);
  for (const wanted of names) {
    const matching = sent.filter((name) => name.toLowerCase() === wanted.toLowerCase());
    // Names that differ only in case are the same attribute, and its values are combined.
    const values = matching.flatMap((name) => readExactly(attributes, name));
    if (matching[0] !== undefined && (allowEmpty || values.length > 0)) return { name: matching[0], values };
  }
  return null;
}

function readExactly(attributes: Attributes, name: string): readonly string[] {
  return Object.hasOwn(attributes, name) ? attributes[name]! : [];
}
