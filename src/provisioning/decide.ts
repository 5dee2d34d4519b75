/** Decides about an arrival: who is this, and may they in? Pure: a situation goes in, a decision comes out. */
import type { NormalizedProfile } from "../connection/contract/index.js";
import type { ConnectionPolicies } from "../connection/stored/policies.js";
import type { OrganizationPolicies } from "../people/organization/policies.js";
import type { FieldValues } from "../people/user/field.js";
import { joinNames, type PersonFields, type User } from "../people/user/user.js";
import type { FailureDefinition } from "../platform/errors/failure.js";
import type { Arrival } from "./arrival.js";
import * as refusals from "./failures.js";

/** All that a decision depends on. */
export interface Situation {
  readonly arrival: Arrival;
  readonly organization: { readonly ssoAllowed: boolean; readonly policies: OrganizationPolicies };
  readonly connection: { readonly active: boolean; readonly policies: ConnectionPolicies };
  /** The identity (connection, issuer, subject), where it is known, with its user. */
  readonly known: { readonly identityId: string; readonly user: User } | null;
  /** Accounts prepared in this organization under what `matchKey` compares; at most two are of interest. */
  readonly prepared: readonly User[];
  /** Whether another subject of this connection has the arrival's address. */
  readonly addressOfAnotherSubject: boolean;
}

/** What is to be done, as data; `apply` does it. */
export type Decision =
  | { readonly kind: "create"; readonly fields: FieldValues }
  | { readonly kind: "link"; readonly user: User; readonly fields: FieldValues }
  | {
      readonly kind: "update";
      readonly identityId: string;
      readonly user: User;
      readonly fields: FieldValues;
    }
  | Refusal;

/** A refusal is a value. */
export interface Refusal {
  readonly kind: "refuse";
  readonly failure: FailureDefinition<refusals.RefusalDetails>;
  readonly detail: string | null;
}

/** Decides about an arrival. */
export function decide(situation: Situation): Decision {
  const { arrival, organization, connection, known } = situation;
  if (!organization.ssoAllowed) return refuse(refusals.SSO_NOT_ALLOWED);
  if (organization.policies.ssoEnforcement === "OFF") return refuse(refusals.SSO_SWITCHED_OFF);
  if (!connection.active) return refuse(refusals.CONNECTION_NOT_ACTIVE);
  if (known !== null) return decideKnown(arrival.profile, connection.policies, known);
  if (situation.addressOfAnotherSubject)
    return refuse(
      refusals.SUBJECT_CHANGED,
      `${arrival.profile.email} is the address of another subject of this connection; this one is ${arrival.profile.subject}.`,
    );
  const match = matchPrepared(situation);
  if (match !== null) return match;
  return decideNew(arrival.profile, connection.policies);
}

function decideKnown(
  profile: NormalizedProfile,
  policies: ConnectionPolicies,
  { identityId, user }: NonNullable<Situation["known"]>,
): Decision {
  const refused = refuseByStatus(user);
  if (refused !== null) return refused;
  return { kind: "update", identityId, user, fields: suppliedFields(profile, policies, user) };
}

/** A prepared account is found by the match key, unless the provider says that the address is not verified. */
function matchPrepared({ arrival, connection, prepared }: Situation): Decision | null {
  const { profile } = arrival;
  if (connection.policies.matchKey === "SUBJECT" || profile.emailVerified === false) return null;
  const [user, another] = prepared;
  if (user === undefined) return null;
  if (another !== undefined)
    return refuse(
      refusals.ACCOUNT_AMBIGUOUS,
      `Accounts ${user.id} and ${another.id} were prepared for ${profile.email}.`,
    );
  return refuseByStatus(user) ?? { kind: "link", user, fields: suppliedFields(profile, connection.policies, user) };
}

function decideNew(profile: NormalizedProfile, policies: ConnectionPolicies): Decision {
  if (policies.jitProvisioning === "OFF")
    return refuse(refusals.NO_MATCHING_ACCOUNT, `Subject ${profile.subject}, address ${profile.email ?? "not sent"}.`);
  const { email } = profile;
  if (email === null) return refuse(refusals.EMAIL_MISSING);
  const substitute = policies.missingName === "USE_EMAIL" ? email : null;
  const firstName = profile.firstName ?? substitute;
  const lastName = profile.lastName ?? substitute;
  if (firstName === null || lastName === null) {
    const missing = [firstName === null ? "first name" : null, lastName === null ? "last name" : null];
    return refuse(refusals.NAME_MISSING, `The provider sent no ${missing.filter(Boolean).join(" and no ")}.`);
  }
  const ownNames = profile.firstName !== null && profile.lastName !== null;
  return {
    kind: "create",
    fields: {
      email,
      username: profile.username ?? substitute,
      firstName,
      lastName,
      fullName: profile.fullName ?? (ownNames ? joinNames(firstName, lastName) : email),
      employeeId: profile.employeeId,
    },
  };
}

/**
 * The fields that the provider supplies for an account that exists. What it does not send stays; under `FIRST_VALUE` so
 * does what the account has already.
 */
function suppliedFields(profile: NormalizedProfile, policies: ConnectionPolicies, user: User): FieldValues {
  const derivedName =
    profile.firstName !== null && profile.lastName !== null ? joinNames(profile.firstName, profile.lastName) : null;
  const supplied: { readonly [Field in keyof PersonFields]: PersonFields[Field] | null } = {
    email: profile.email,
    username: profile.username,
    firstName: profile.firstName,
    lastName: profile.lastName,
    fullName: profile.fullName ?? derivedName,
    employeeId: profile.employeeId,
  };
  const takes = (field: keyof PersonFields) =>
    supplied[field] !== null && (policies.profileUpdate === "EVERY_SIGN_IN" || (user[field] ?? "") === "");
  return Object.fromEntries(
    (Object.keys(supplied) as (keyof PersonFields)[]).filter(takes).map((field) => [field, supplied[field]]),
  );
}

function refuseByStatus(user: User): Refusal | null {
  switch (user.status) {
    case "ACTIVE":
    case "INVITED":
      return null;
    case "PENDING_APPROVAL":
      return refuse(refusals.ACCOUNT_PENDING_APPROVAL, `User ${user.id}.`);
    case "DISABLED":
      return refuse(refusals.ACCOUNT_DISABLED, `User ${user.id}.`);
    case "ARCHIVED":
      return refuse(refusals.ACCOUNT_ARCHIVED, `User ${user.id}.`);
  }
}

function refuse(failure: Refusal["failure"], detail: string | null = null): Refusal {
  return { kind: "refuse", failure, detail };
}
