/**
 * People of an invented Entra ID directory, and their claims in Microsoft's v2.0 ID tokens, as documented in
 * "ID token claims reference", "Optional claims reference" and "Groups overage claim".
 */
import { createHash } from "node:crypto";
import type { ClaimsRequest } from "../openid/types.js";

/** An account in the directory, as the Entra admin center shows it. */
export interface EntraPerson {
  /** Object ID, a GUID in lower case. */
  readonly oid: string;
  name: string;
  givenName: string;
  familyName: string;
  userPrincipalName: string;
  mail?: string;
  /** The value of `xms_edov`, if the app registration asks for it. */
  mailDomainOwnerVerified?: boolean;
  /** App roles, by value. */
  roles?: readonly string[];
  /** Groups, by object ID. */
  groups?: readonly string[];
  /** The home directory of a guest. */
  guestOf?: string;
}

/** Claims that an app registration adds under "Token configuration". */
export type OptionalClaim = "given_name" | "family_name" | "xms_edov" | "acct" | "groups";

/** All claims that the stand-in may send. */
export const ENTRA_CLAIMS = [
  "ver",
  "tid",
  "oid",
  "idp",
  "acct",
  "xms_edov",
  "roles",
  "groups",
  "hasgroups",
  "name",
  "given_name",
  "family_name",
  "email",
  "preferred_username",
];

const MOST_GROUPS = 200;

/** A pairwise identifier. It differs for each application, and from the object ID. */
export function entraSubjectOf(oid: string): string {
  return createHash("sha256").update(`usher ${oid}`).digest("base64url");
}

export function entraClaimsOf(
  person: EntraPerson,
  tenantId: string,
  optional: ReadonlySet<OptionalClaim>,
  { use, scopes }: ClaimsRequest,
): Readonly<Record<string, unknown>> {
  const names = { given_name: person.givenName, family_name: person.familyName };
  const email = scopes.includes("email") && person.mail !== undefined ? { email: person.mail } : {};
  if (use === "userinfo") return { name: person.name, ...names, ...email };
  return {
    ver: "2.0",
    tid: tenantId,
    oid: person.oid,
    name: person.name,
    preferred_username: person.userPrincipalName,
    ...email,
    ...(optional.has("given_name") && { given_name: names.given_name }),
    ...(optional.has("family_name") && { family_name: names.family_name }),
    ...(optional.has("xms_edov") && person.mailDomainOwnerVerified !== undefined && email.email !== undefined
      ? { xms_edov: person.mailDomainOwnerVerified }
      : {}),
    ...(optional.has("acct") && { acct: person.guestOf === undefined ? 0 : 1 }),
    ...(person.guestOf !== undefined && { idp: `https://sts.windows.net/${person.guestOf}/` }),
    ...(person.roles !== undefined && { roles: person.roles }),
    ...(optional.has("groups") && groupClaims(person, tenantId)),
  };
}

/** Above 200 groups, the token has an address for reading the groups instead. A person without groups has no groups claim. */
function groupClaims({ oid, groups = [] }: EntraPerson, tenantId: string): Readonly<Record<string, unknown>> {
  if (groups.length === 0) return {};
  if (groups.length <= MOST_GROUPS) return { groups };
  const endpoint = `https://graph.windows.net/${tenantId}/users/${oid}/getMemberObjects`;
  return { _claim_names: { groups: "src1" }, _claim_sources: { src1: { endpoint } } };
}
