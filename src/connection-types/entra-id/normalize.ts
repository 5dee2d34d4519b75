/**
 * Makes a profile from an Entra ID token's claims, by Microsoft's documentation: "ID token claims reference", "Optional
 * claims reference" and "Groups overage claim".
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

/** @throws ProtocolRefusal as `readSubject` does, for claims that the strategy would also refuse */
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
    externalId: String(claims["oid"]),
    ...address,
    sources: { ...person.sources, ...(isUsername && { email: "preferred_username" }), locale: "xms_pl" },
    groups: readEntraGroups(claims),
    profile: locale === undefined ? {} : { locale },
    attributes,
    ...(withheld && { withheld: withheld.reason }),
  });
}

/**
 * Whether the person's account is in a different directory or at a different provider: `acct` says so, `idp` names another
 * provider, or the user name has the form of guests' names.
 */
export function isGuest(
  { acct, idp, iss, email, preferred_username: username, upn }: Claims,
  tenantId: string,
): boolean {
  const isForeign = idp !== undefined && idp !== iss && idp !== `https://sts.windows.net/${tenantId}/`;
  const names = [email, username, upn];
  return isForeign || isYes(acct) || names.some((name) => typeof name === "string" && isGuestName(name));
}

/**
 * Whether a user name has the form of guests' names, such as `ada_home.example#EXT#@acme.onmicrosoft.com`. Such a name
 * looks like an address, but has no mailbox.
 */
function isGuestName(name: string): boolean {
  return name.toUpperCase().includes("#EXT#");
}

type Address = Pick<NormalizedProfile, "email" | "emailVerified">;

/**
 * Reads the claim `email`. A member without a mailbox has no such claim, so Usher uses the sign-in name. The directory
 * has verified the domain of that name. Only `xms_edov` says whether the domain's owner gave the address in `email` to
 * this person. Without `xms_edov`, it is not known whether a member's address is verified. A guest's address is not
 * verified, because this directory does not control it.
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

/** Whether a claim means yes. Microsoft sends `true` or `1`, or either of them as a text. */
function isYes(value: unknown): boolean {
  return value === true || value === 1 || value === "1" || value === "true";
}

/**
 * Reads the groups. For more than 200 groups, the token names an endpoint instead (`_claim_names`, `hasgroups`), and
 * the groups are unknown. They are also unknown if `_claim_names` has an unknown form. Usher does not ask the named
 * endpoint, because it could be any address. `fetchGroups` asks Microsoft Graph instead.
 */
export function readEntraGroups(claims: Claims): Groups {
  const elsewhere = claims["_claim_names"];
  if (elsewhere !== undefined && (typeof elsewhere !== "object" || elsewhere === null || Array.isArray(elsewhere)))
    return { kind: "unknown", reason: "the claim _claim_names has an unknown form" };
  return readGroups(claims, CLAIM_NAMES.groups);
}
