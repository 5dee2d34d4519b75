/**
 * From the claims of an Entra ID token to a profile. What each claim is worth is Microsoft's own documentation's word:
 * "ID token claims reference", "Optional claims reference" and "Groups overage claim".
 */
import { boundProfile, type Groups, type NormalizedProfile } from "../../connection/contract/index.js";
import {
  flattenClaims,
  readEmailAddress,
  readGroups,
  readPerson,
  type Claims,
  type VerifiedSignIn,
} from "../../protocols/oidc/index.js";
import { readSubject } from "./identity.js";
import type { EntraIdSettings } from "./settings.js";

const CLAIM_NAMES = {
  email: "email",
  firstName: "given_name",
  lastName: "family_name",
  employeeId: null,
  groups: "groups",
} as const;

/** @throws ProtocolRefusal as `readSubject` does, for claims that the strategy would not have accepted */
export function normalizeEntraId(
  { issuer, claims, withheld }: VerifiedSignIn,
  settings: EntraIdSettings,
): NormalizedProfile {
  const attributes = flattenClaims(claims);
  const guest = isGuest(claims, settings.tenantId);
  const locale = attributes["xms_pl"]?.[0];
  const person = readPerson(claims, attributes, CLAIM_NAMES);
  const address = readAddress(claims, guest);
  const isUsername = address.email !== null && readAddressOf(claims["email"]) === null;
  return boundProfile({
    ...person,
    issuer,
    subject: readSubject(claims, settings.tenantId),
    ...address,
    sources: { ...person.sources, ...(isUsername && { email: "preferred_username" }), locale: "xms_pl" },
    groups: readEntraGroups(claims),
    profile: locale === undefined ? {} : { locale },
    attributes,
    ...(withheld && { withheld: withheld.reason }),
  });
}

/**
 * Somebody whose account is in another directory, or at another provider: `acct` says so, or `idp` names who
 * authenticated them, or their name has the form that guests' names have.
 */
function isGuest({ acct, idp, iss, email, preferred_username: username, upn }: Claims, tenantId: string): boolean {
  const isForeign = idp !== undefined && idp !== iss && idp !== `https://sts.windows.net/${tenantId}/`;
  const names = [email, username, upn];
  return isForeign || isYes(acct) || names.some((name) => typeof name === "string" && isGuestName(name));
}

/** `ada_home.example#EXT#@acme.onmicrosoft.com`: it looks like an address, and nobody receives mail there. */
function isGuestName(name: string): boolean {
  return name.toUpperCase().includes("#EXT#");
}

type Address = Pick<NormalizedProfile, "email" | "emailVerified">;

/**
 * The claim `email`; for people of the directory itself, who have none when they have no mailbox, the name that they
 * sign in with, whose domain the directory has proved. `xms_edov` alone says whether the domain's owner gave `email` to
 * this person. Where it says nothing, nothing is known of a member's address; a guest's was written by somebody over
 * whom this directory has no power, and counts as not verified.
 */
function readAddress(claims: Claims, guest: boolean): Address {
  const { email, preferred_username: username, xms_edov: ownerVerified } = claims;
  const address = readAddressOf(email);
  if (address !== null) {
    const verified = ownerVerified === undefined || ownerVerified === null ? null : isYes(ownerVerified);
    return { email: address, emailVerified: verified ?? (guest ? false : null) };
  }
  return { email: guest ? null : readAddressOf(username), emailVerified: null };
}

function readAddressOf(value: unknown): string | null {
  return typeof value === "string" && !isGuestName(value) ? readEmailAddress(value.trim()) : null;
}

/** The forms in which Microsoft sends a yes: `true`, `1`, and both as texts. */
function isYes(value: unknown): boolean {
  return value === true || value === 1 || value === "1" || value === "true";
}

/**
 * Above 200 groups the token names a place to ask instead (`_claim_names`, `hasgroups`): the groups are then unknown,
 * also where the form of that is not understood. The place is not asked, since a token could name any; `fetchGroups` asks
 * Microsoft Graph.
 */
export function readEntraGroups(claims: Claims): Groups {
  const elsewhere = claims["_claim_names"];
  if (elsewhere !== undefined && (typeof elsewhere !== "object" || elsewhere === null || Array.isArray(elsewhere)))
    return { kind: "unknown", reason: "the claim _claim_names is not understood" };
  return readGroups(claims, CLAIM_NAMES.groups);
}
