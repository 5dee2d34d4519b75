/**
 * Decides about an arrival: may anybody in, who is this, what do they get? Pure: a situation goes in, a decision comes out.
 *
 * ```
 * refuseForAll → decideAccount (whose is it) → status → decideRoles, decideGroups → fields → seat
 * ```
 */
import type { MergeCandidate } from "../connection/identity/meeting-account.js";
import type { ConnectionPolicies } from "../connection/stored/policies.js";
import type { FieldValues } from "../people/user/profile/field.js";
import type { OrganizationPolicies } from "../people/organization/policies.js";
import { decideSeat, type SeatSituation } from "../people/seat/seat.js";
import type { User, UserStatus } from "../people/user/user.js";
import { foldCase } from "../platform/text.js";
import type { Arrival } from "./arrival.js";
import { completeNew, completePrepared, withFullName } from "./complete-fields.js";
import {
  decideAccount,
  type AccountDecision,
  type AccountSituation,
  type EndedMerge,
  type KnownIdentity,
} from "./decide-account.js";
import * as failures from "./failures.js";
import { decideGroups, type GroupDecision, type MappedMembership } from "./mappings/decide-groups.js";
import { decideRoles, type HeldRole, type RoleDecision } from "./mappings/decide-roles.js";
import type { EvaluatedMappings } from "./mappings/evaluate-rule.js";
import { supplyFields } from "./mappings/supply-fields.js";
import { refuse, type Refusal } from "./refusal.js";

/** What somebody has who may be the person at the door. */
export interface Holdings {
  readonly roles: readonly HeldRole[];
  /** What this connection's mappings gave. */
  readonly memberships: readonly MappedMembership[];
  /** Whether merging joined somebody to this account. */
  readonly merged: boolean;
  readonly hasSeat: boolean;
  /** The fields that have a value, whoever gave it. */
  readonly filled: ReadonlySet<string>;
}

/** All that a decision depends on. */
export interface Situation {
  readonly arrival: Arrival;
  readonly installation: { readonly ssoAllowed: boolean };
  readonly organization: {
    readonly ssoAllowed: boolean;
    readonly ssoEntitled: boolean;
    readonly policies: OrganizationPolicies;
  };
  readonly connection: {
    readonly active: boolean;
    readonly policies: ConnectionPolicies;
    /** Evaluated before the organization is locked: it takes time that grows with rules and claims. */
    readonly mappings: EvaluatedMappings;
  };
  readonly account: Omit<AccountSituation, "profile" | "policies">;
  /** By user id, of every account that the account situation names. */
  readonly holdings: ReadonlyMap<string, Holdings>;
  readonly roles: {
    /** Rank by role id. */
    readonly ranks: ReadonlyMap<string, number>;
    readonly defaultRoleId: string;
  };
  readonly seats: Pick<SeatSituation, "totalSeats" | "seatsInUse">;
}

/** What the person gets, whichever account it is. */
export interface Grant {
  readonly fields: FieldValues;
  readonly roles: Extract<RoleDecision, { kind: "keep" | "assign" }>;
  readonly groups: Extract<GroupDecision, { kind: "change" }>;
  /** Whether the person takes up an invitation by coming in: the account is active from then on. */
  readonly accepts: boolean;
  readonly takesSeat: boolean;
}

/** What is to be done, as data; `apply` does it. */
export type Decision =
  | ({ readonly kind: "create"; readonly status: UserStatus; readonly ended: EndedMerge | null } & Grant)
  | ({
      readonly kind: "link";
      readonly user: User;
      /** A link that waited for the person, and is done with. */
      readonly awaited: string | null;
    } & Grant)
  | ({ readonly kind: "merge"; readonly candidate: MergeCandidate; readonly ended: EndedMerge | null } & Grant)
  | ({
      readonly kind: "update";
      readonly identityId: string;
      /** The address that the link stands for from now on. */
      readonly emailKey: string | null;
      /** What the provider said of that address. */
      readonly emailVerified: boolean | null;
      readonly user: User;
      readonly ended: EndedMerge | null;
    } & Grant)
  /** An administrator is asked, and the person refused until they answer. */
  | { readonly kind: "ask"; readonly user: User; readonly refusal: Refusal }
  | Refusal;

/** Decides about an arrival. */
export function decide(situation: Situation): Decision {
  const refused = refuseForAll(situation);
  if (refused !== null) return refused;
  const { arrival, connection } = situation;
  const account = decideAccount({ ...situation.account, profile: arrival.profile, policies: connection.policies });
  switch (account.kind) {
    case "refuse":
    case "ask":
      return account;
    case "known":
    case "match":
    case "merge":
      return decideExisting(situation, account);
    case "new":
      return decideNew(situation, account.ended);
  }
}

/** What stops everybody, whoever they are. */
function refuseForAll({ installation, organization, connection }: Situation): Refusal | null {
  if (!installation.ssoAllowed) return refuse(failures.SSO_SYSTEM_OFF);
  if (!organization.ssoEntitled) return refuse(failures.SSO_NOT_IN_PLAN);
  if (!organization.ssoAllowed) return refuse(failures.SSO_NOT_ALLOWED);
  if (organization.policies.ssoEnforcement === "OFF") return refuse(failures.SSO_SWITCHED_OFF);
  if (!connection.active) return refuse(failures.CONNECTION_NOT_ACTIVE);
  return null;
}

function decideExisting(
  situation: Situation,
  account: Extract<AccountDecision, { kind: "known" | "match" | "merge" }>,
): Decision {
  const user = userOf(account);
  const refused = refuseByStatus(user);
  if (refused !== null) return refused;
  const holdings = situation.holdings.get(user.id) ?? NOTHING;
  const merged = holdings.merged || account.kind === "merge";
  const rights = decideRights(situation, { ...holdings, merged }, user);
  if (rights.kind === "refuse") return rights;
  const { profileUpdate, missingName } = situation.connection.policies;
  const supplied = supplyFields(situation.arrival.profile, situation.connection.mappings.attributes);
  const updates =
    profileUpdate === "FIRST_VALUE" ? withoutPresent(supplied, holdings.filled) : withFullName(supplied, user);
  // The first sign-in completes an account that was prepared for the person.
  const fields =
    account.kind === "match" && missingName === "USE_EMAIL"
      ? completePrepared(updates, supplied, { email: user.email, filled: holdings.filled })
      : updates;
  const accepts = user.status === "INVITED";
  const seat = holdings.hasSeat ? "HELD" : decideSeat({ ...seatPolicies(situation), ...situation.seats });
  // Where training takes the seats, a full plan refuses new accounts alone, and this one is there.
  if (accepts && seat === "REFUSE" && situation.organization.policies.seatModel === "ACTIVE_USER")
    return refuse(failures.SEATS_FULL, describeSeats(situation.seats), user);
  const grant: Grant = { fields, roles: rights.roles, groups: rights.groups, accepts, takesSeat: seat === "TAKE" };
  switch (account.kind) {
    case "known":
      return {
        kind: "update",
        identityId: account.identity.identityId,
        ...addressAfter(account.identity, situation.arrival),
        user,
        ended: account.ended,
        ...grant,
      };
    case "match":
      return { kind: "link", user, awaited: account.awaited, ...grant };
    case "merge":
      return { kind: "merge", candidate: account.candidate, ended: account.ended, ...grant };
  }
}

function userOf(account: Extract<AccountDecision, { kind: "known" | "match" | "merge" }>): User {
  switch (account.kind) {
    case "known":
      return account.identity.user;
    case "match":
      return account.user;
    case "merge":
      return account.candidate.user;
  }
}

/** An address that was not sent this time is the one before. */
function addressAfter(
  { emailKey, emailVerified }: KnownIdentity,
  { profile }: Arrival,
): Pick<KnownIdentity, "emailKey" | "emailVerified"> {
  return profile.email === null
    ? { emailKey, emailVerified }
    : { emailKey: foldCase(profile.email), emailVerified: profile.emailVerified };
}

const NOTHING: Holdings = { roles: [], memberships: [], merged: false, hasSeat: false, filled: new Set() };

function decideNew(situation: Situation, ended: EndedMerge | null): Decision {
  const { arrival, connection } = situation;
  const { policies, mappings } = connection;
  if (!policies.jitProvisioning)
    return refuse(
      failures.NO_MATCHING_ACCOUNT,
      `Subject ${arrival.profile.subject}, address ${arrival.profile.email ?? "not sent"}.`,
    );
  const supplied = supplyFields(arrival.profile, mappings.attributes);
  const fields = completeNew(supplied, policies.missingName, arrival.profile);
  if ("kind" in fields) return fields as Refusal;
  const rights = decideRights(situation, NOTHING, null);
  if (rights.kind === "refuse") return rights;
  const status = policies.jitActivation;
  const seat = decideSeat({ ...seatPolicies(situation), ...situation.seats });
  if (seat === "REFUSE") return refuse(failures.SEATS_FULL, describeSeats(situation.seats));
  return {
    kind: "create",
    status,
    ended,
    fields,
    roles: rights.roles,
    groups: rights.groups,
    accepts: false,
    takesSeat: status === "ACTIVE" && seat === "TAKE",
  };
}

function seatPolicies({ organization }: Situation): Pick<SeatSituation, "seatModel" | "seatsFull"> {
  return organization.policies;
}

function describeSeats({ totalSeats, seatsInUse }: Situation["seats"]): string {
  return `${seatsInUse} of ${totalSeats ?? "any number of"} seats are in use.`;
}

/** Under `FIRST_VALUE` a provider fills what is empty, and changes nothing. */
function withoutPresent(supplied: FieldValues, filled: Holdings["filled"]): FieldValues {
  return Object.fromEntries(Object.entries(supplied).filter(([field]) => !filled.has(field)));
}

type Rights = { readonly kind: "rights" } & Pick<Grant, "roles" | "groups">;

function decideRights(situation: Situation, holdings: Holdings, user: User | null): Rights | Refusal {
  const { organization, connection } = situation;
  const { mappings, policies } = connection;
  const { roleAssignment, manualRoleWins } = organization.policies;
  const roles = decideRoles({
    mappings: mappings.roles,
    ...situation.roles,
    held: holdings.roles,
    policies: { ...policies, roleAssignment, manualRoleWins },
  });
  if (roles.kind === "refuse-unmapped")
    return refuse(failures.NO_ROLE, "No role mapping of the connection matches what the provider sent.", user);
  if (roles.kind === "refuse-too-costly") return refuse(failures.MAPPINGS_TOO_COSTLY, null, user);
  if (roles.kind === "refuse-unknown-groups") return refuse(failures.GROUPS_UNKNOWN, roles.reason, user);
  const groups = decideGroups({
    mappings: mappings.groups,
    held: holdings.memberships,
    merged: holdings.merged,
    policies,
  });
  if (groups.kind === "refuse-too-costly") return refuse(failures.MAPPINGS_TOO_COSTLY, null, user);
  if (groups.kind === "refuse-unknown-groups") return refuse(failures.GROUPS_UNKNOWN, groups.reason, user);
  return { kind: "rights", roles, groups };
}

function refuseByStatus(user: User): Refusal | null {
  switch (user.status) {
    case "ACTIVE":
    case "INVITED":
      return null;
    case "PENDING_APPROVAL":
      return refuse(failures.ACCOUNT_PENDING_APPROVAL, `User ${user.id}.`, user);
    case "DISABLED":
      return refuse(failures.ACCOUNT_DISABLED, `User ${user.id}.`, user);
    case "ARCHIVED":
      return refuse(failures.ACCOUNT_ARCHIVED, `User ${user.id}.`, user);
  }
}
