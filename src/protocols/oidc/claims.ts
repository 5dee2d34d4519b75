/**
 * Reads a person from claims (OpenID Connect Core 1.0, section 5.1). A claim is found by its own name, or by a path
 * with dots if it is inside objects: `realm_access.roles`.
 */
import type { Authentication } from "../authentication.js";
import { readEmailAddress } from "../email-address.js";
import { readAuthentication } from "./authentication.js";
import { quote } from "../refusal.js";
import { refuse } from "./refusals.js";
import { isObject } from "./request-json.js";
import type { Claims } from "./surroundings.js";
import { isProtocolClaim } from "./userinfo.js";

/** The values of every claim as texts, by name or path. An empty list stays an empty list. */
export type ClaimTexts = Readonly<Record<string, readonly string[]>>;

/** The claim names that a connection sets; `null` for the usual names. */
export interface ClaimNames {
  readonly email: string | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly employeeId: string | null;
  readonly groups: string | null;
}

/** The claims that providers usually send. */
const USUAL_NAMES: Readonly<Record<keyof ClaimNames, readonly string[]>> = {
  email: ["email", "mail", "emailAddress", "email_address"],
  firstName: ["given_name", "firstName", "first_name", "givenName"],
  lastName: ["family_name", "lastName", "last_name", "surname", "sn"],
  employeeId: ["employee_id", "employeeId", "employeeNumber", "employee_number", "employeeID"],
  groups: ["groups", "memberOf", "member_of"],
};

const NAMED = ["email", "firstName", "lastName", "employeeId"] as const;
const USERNAME_CLAIMS = ["preferred_username", "upn"];
const FULL_NAME_CLAIMS = ["name"];

/**
 * What the claims say about groups: a list (`known`), nothing (`silent`), or that the person has groups that cannot be
 * read from the claims (`unknown`).
 */
export type ClaimedGroups =
  | { readonly kind: "known"; readonly values: readonly string[] }
  | { readonly kind: "silent" }
  | { readonly kind: "unknown"; readonly reason: string };

/** A person as claims describe them; `null` for a missing or unusable value. */
export interface ClaimedPerson {
  readonly email: string | null;
  /** Whether the provider verified the address; `null` if the provider does not say so for this address. */
  readonly emailVerified: boolean | null;
  readonly username: string | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly fullName: string | null;
  readonly employeeId: string | null;
  readonly groups: ClaimedGroups;
  /** The claims that groups are read from. */
  readonly groupsClaims: readonly string[];
  /** `amr` and `acr`: how the person authenticated. */
  readonly authenticationMethods: readonly string[];
  readonly authentication: Authentication;
  /** The claim that each value was read from, by the value's name. */
  readonly sources: Readonly<Record<string, string>>;
}

const MOST_LEAVES = 20_000;
const MOST_LEVELS = 8;
/** The most names that `describeOddGroup` lists of an object. */
const MOST_NAMED = 10;

/** Refuses claims that would be costly to store and match: more than 20,000 values, or more than eight levels. */
export function checkClaimsSize(claims: Claims): void {
  let leaves = 0;
  const visit = (value: unknown, level: number): void => {
    if (level > MOST_LEVELS) refuse("OIDC_CLAIMS_TOO_LARGE", `more than ${MOST_LEVELS} levels`);
    if (typeof value === "object" && value !== null) for (const each of Object.values(value)) visit(each, level + 1);
    if (++leaves > MOST_LEAVES) refuse("OIDC_CLAIMS_TOO_LARGE", `more than ${MOST_LEAVES} values`);
  };
  visit(claims, 0);
}

/** Flattens claims to texts, for mappings. Numbers and booleans become texts; `null` adds nothing. */
export function flattenClaims(claims: Claims): ClaimTexts {
  const texts = new Map<string, string[]>();
  const add = (path: string, value: unknown): void => {
    if (value === undefined || value === null) return;
    if (isObject(value)) {
      for (const [name, each] of Object.entries(value)) add(path === "" ? name : `${path}.${name}`, each);
      return;
    }
    if (Array.isArray(value) && value.length > 0) {
      for (const each of value) add(path, each);
      return;
    }
    const held = texts.get(path) ?? [];
    texts.set(path, held);
    if (!Array.isArray(value)) held.push(String(value as string | number | boolean));
  };
  add("", claims);
  return Object.fromEntries(texts);
}

/** Reads the person from the claims with the given names. A name that is not given has its usual claims. */
export function readPerson(claims: Claims, texts: ClaimTexts, names: ClaimNames): ClaimedPerson {
  const addresses = readAddresses(texts, names);
  const email = addresses.length === 1 ? addresses[0]! : null;
  return {
    email,
    emailVerified: readEmailVerified(claims, email),
    username: firstOf(texts, USERNAME_CLAIMS),
    firstName: valuesOf(texts, names, "firstName")[0] ?? null,
    lastName: valuesOf(texts, names, "lastName")[0] ?? null,
    fullName: firstOf(texts, FULL_NAME_CLAIMS),
    employeeId: valuesOf(texts, names, "employeeId")[0] ?? null,
    groups: readGroups(claims, names.groups),
    groupsClaims: groupsClaimsOf(names.groups),
    authenticationMethods: ["amr", "acr"].flatMap((name) => textsOf(texts, name)),
    authentication: readAuthentication(claims),
    sources: findSources(texts, names),
  };
}

function findSources(texts: ClaimTexts, names: ClaimNames): ClaimedPerson["sources"] {
  const looked: readonly (readonly [string, readonly string[]])[] = [
    ...NAMED.map((field) => [field, namesOf(names, field)] as const),
    ["username", USERNAME_CLAIMS],
    ["fullName", FULL_NAME_CLAIMS],
  ];
  return Object.fromEntries(
    looked.flatMap(([field, claims]) => {
      const claim = claims.find((name) => textsOf(texts, name).length > 0);
      return claim === undefined ? [] : [[field, claim]];
    }),
  );
}

/**
 * Refuses an e-mail claim with several addresses. Usher cannot choose one: a person may be able to add an address at the
 * provider.
 */
export function checkOneEmail(claims: Claims, names: ClaimNames): void {
  const { length } = readAddresses(flattenClaims(claims), names);
  if (length > 1) refuse("OIDC_EMAIL_AMBIGUOUS", `${length} different addresses in one claim`);
}

/** The addresses in the e-mail claim. Addresses that differ only in case count as one. */
function readAddresses(texts: ClaimTexts, names: ClaimNames): readonly string[] {
  const addresses = valuesOf(texts, names, "email").flatMap((text) => readEmailAddress(text) ?? []);
  return [...new Map(addresses.toReversed().map((address) => [address.toLowerCase(), address])).values()].toReversed();
}

/**
 * Whether the claims lack the e-mail address, the first name or the last name of the person, or a claim that the
 * connection's settings name.
 */
export function lacksPerson(claims: Claims, names: ClaimNames): boolean {
  const texts = flattenClaims(claims);
  const needed = [
    "email",
    "firstName",
    "lastName",
    ...(names.employeeId === null ? [] : ["employeeId" as const]),
  ] as const;
  const lacksText = needed.some((name) => valuesOf(texts, names, name).length === 0);
  return lacksText || (names.groups !== null && readGroups(claims, names.groups).kind === "silent");
}

/** What a connection needs to know about a person. If any of it is missing in the ID token, Usher asks userinfo. */
export interface UserinfoNeeds {
  readonly names: ClaimNames;
  readonly scopes: readonly string[];
  /** The claims that the connection's mappings read. */
  readonly mappedClaims: readonly string[];
}

/** The claims that a standard scope requests, without the claims that `readPerson` reads (Core 5.4 and 11). */
const SCOPE_CLAIMS: Readonly<Record<string, readonly string[]>> = {
  openid: [],
  profile: [],
  email: [],
  address: ["address"],
  phone: ["phone_number"],
  offline_access: [],
};

/**
 * Whether Usher must ask userinfo, because the claims lack part of the person, or a claim that a scope requests or a
 * mapping reads. Usher does not know which claims a provider's own scope requests. It counts them as missing unless a
 * claim has the scope's name.
 */
export function needsUserinfo(claims: Claims, { names, scopes, mappedClaims }: UserinfoNeeds): boolean {
  const groupsClaims = ["groups", ...groupsClaimsOf(names.groups)];
  const lacks = (claim: string): boolean =>
    groupsClaims.includes(claim)
      ? readGroups(claims, names.groups).kind === "silent"
      : (findClaim(claims, claim) ?? null) === null;
  const asked = scopes.flatMap((scope) => (Object.hasOwn(SCOPE_CLAIMS, scope) ? SCOPE_CLAIMS[scope]! : [scope]));
  const mapped = mappedClaims.filter((claim) => !isProtocolClaim(claim));
  return lacksPerson(claims, names) || [...asked, ...mapped].some(lacks);
}

function groupsClaimsOf(name: string | null): readonly string[] {
  return name === null ? USUAL_NAMES.groups : [name];
}

/**
 * Reads the groups claim: a text, or a list of texts. The result is `unknown`, never empty, if the provider keeps the
 * list elsewhere (aggregated and distributed claims, Core 5.6.2; Entra ID for people with many groups) or sends it in
 * an unknown form.
 */
export function readGroups(claims: Claims, name: string | null): ClaimedGroups {
  const names = groupsClaimsOf(name);
  const elsewhere = claims["_claim_names"];
  if (
    claims["hasgroups"] !== undefined ||
    (isObject(elsewhere) && names.some((each) => Object.hasOwn(elsewhere, each)))
  )
    return { kind: "unknown", reason: "the provider has more groups than it put into the token" };
  for (const each of names) {
    const value = findClaim(claims, each);
    if (value === undefined || value === null) continue;
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    const groups = values.filter((group) => group !== null);
    // A list of null says nothing about groups. If it counted as an empty list, the person would lose all groups.
    if (groups.length === 0 && values.length > 0)
      return { kind: "unknown", reason: `the claim ${each} is a list of null and not of texts` };
    if (!groups.every((group) => typeof group === "string" || typeof group === "number"))
      return { kind: "unknown", reason: describeOddGroup(each, groups) };
    return { kind: "known", values: [...new Set(groups.map((group) => String(group).trim()).filter(Boolean))] };
  }
  return { kind: "silent" };
}

/**
 * Says why a value is not a group. For an object, lists its names, never its values, so that an administrator can enter
 * one of them as the groups claim.
 */
function describeOddGroup(claim: string, groups: readonly unknown[]): string {
  const odd = groups.find((group) => typeof group !== "string" && typeof group !== "number");
  if (!isObject(odd))
    return `the claim ${claim} holds a value that is not a text (${Array.isArray(odd) ? "a list" : typeof odd})`;
  const paths = Object.keys(odd)
    .slice(0, MOST_NAMED)
    .map((name) => `${claim}.${quote(name)}`);
  return `the claim ${claim} holds objects and not texts; name what is inside them as the groups claim (${paths.join(", ")})`;
}

/**
 * Reads `email_verified`, which is only about the claim `email`. Only the boolean `true` means yes. The text "true",
 * which some providers send, counts as missing. Every other value means no.
 */
function readEmailVerified(claims: Claims, email: string | null): boolean | null {
  const { email: address, email_verified: verified } = claims;
  if (email === null || typeof address !== "string" || readEmailAddress(address.trim()) !== email) return null;
  if (verified === undefined || verified === null || verified === "true") return null;
  return verified === true;
}

/** Finds a claim by its own name, or by its path. A path through a list of objects gives a list. */
function findClaim(claims: Claims, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  let value: unknown = claims;
  for (const part of name.split(".")) {
    if (Array.isArray(value)) {
      const inside = value.filter((each) => isObject(each) && Object.hasOwn(each, part)) as readonly Claims[];
      // An empty list of objects gives an empty list. Objects without the name give nothing.
      if (inside.length === 0 && value.length > 0) return undefined;
      value = inside.flatMap((each) => each[part]);
    } else if (isObject(value) && Object.hasOwn(value, part)) value = value[part];
    else return undefined;
  }
  return value;
}

/** The names of the claims to read, in the order in which they are tried. */
function namesOf(names: ClaimNames, name: keyof ClaimNames): readonly string[] {
  const configured = names[name];
  return configured === null ? USUAL_NAMES[name] : [configured];
}

function valuesOf(texts: ClaimTexts, names: ClaimNames, name: keyof ClaimNames): readonly string[] {
  for (const each of namesOf(names, name)) {
    const values = textsOf(texts, each);
    if (values.length > 0) return values;
  }
  return [];
}

function firstOf(texts: ClaimTexts, names: readonly string[]): string | null {
  return names.flatMap((name) => textsOf(texts, name))[0] ?? null;
}

/** The values of a claim, trimmed, without empty values. */
function textsOf(texts: ClaimTexts, name: string): readonly string[] {
  const values = Object.hasOwn(texts, name) ? (texts[name] ?? []) : [];
  return values.map((value) => value.trim()).filter(Boolean);
}
