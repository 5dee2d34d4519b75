/** Situations for decisions: one that creates an account, with a test's changes, and arbitrary ones. */
import fc from "fast-check";
import type { NormalizedProfile } from "../../src/connection/contract/index.js";
import { NO_MAPPINGS, type Mappings } from "../../src/connection/mapping/mapping.js";
import {
  CONNECTION_POLICIES,
  DEFAULT_CONNECTION_POLICIES,
  type ConnectionPolicies,
  type ConnectionPolicy,
} from "../../src/connection/stored/policies.js";
import {
  DEFAULT_ORGANIZATION_POLICIES,
  ROLE_ASSIGNMENTS,
  SSO_ENFORCEMENTS,
  type OrganizationPolicies,
} from "../../src/people/organization/policies.js";
import { SEAT_MODELS, SEATS_FULL_POLICIES } from "../../src/people/seat/seat.js";
import type { FieldValues } from "../../src/people/user/profile/field.js";
import { joinNames, USER_STATUSES, type User } from "../../src/people/user/user.js";
import { decide as decideAbout } from "../../src/provisioning/decide.js";
import type { AddressLink, MergeCandidate } from "../../src/connection/identity/meeting-account.js";
import { evaluateMappings } from "../../src/provisioning/mappings/evaluate-rule.js";
import {
  NO_ACCESS,
  type CurrentAccess,
  type Decision,
  type Situation as Evaluated,
} from "../../src/provisioning/situation.js";

/** A situation whose mappings are not evaluated yet. */
export type Situation = Omit<Evaluated, "connection"> & {
  readonly connection: Omit<Evaluated["connection"], "mappings"> & { readonly mappings: Mappings };
};

/** Evaluates the mappings as a sign-in does, and decides. */
export function decide({ connection, ...given }: Situation): Decision {
  const mappings = evaluateMappings(connection.mappings, given.person.profile);
  return decideAbout({ ...given, connection: { ...connection, mappings } });
}

export const MOMENT = new Date("2026-11-23T09:00:00.000Z");

export const PROFILE: NormalizedProfile = {
  issuer: "https://id.example",
  subject: "ada-1",
  email: "ada@acme.example",
  emailVerified: true,
  username: "ada",
  firstName: "Ada",
  lastName: "Lovelace",
  fullName: null,
  employeeId: "1815",
  groups: { kind: "silent" },
  groupsClaims: ["groups", "memberOf"],
  profile: {},
  attributes: {},
  authenticationMethods: [],
};

export const USER: User = {
  id: "user-1",
  homeOrganizationId: "organization-1",
  email: "ada@acme.example",
  username: null,
  firstName: "Augusta",
  lastName: "Byron",
  fullName: "Augusta Byron",
  employeeId: null,
  status: "ACTIVE",
  authMethod: "SSO",
  breakGlass: false,
  firstSignedInAt: null,
  lastSignedInAt: null,
  version: 1,
  createdAt: MOMENT,
  updatedAt: MOMENT,
};

/** The roles of the organization, by rank: the default role is the lowest. */
export const RANKS: ReadonlyMap<string, number> = new Map([
  ["role-user", 10],
  ["role-trainer", 50],
  ["role-manager", 50],
  ["role-admin", 100],
]);

export interface Changes {
  readonly profile?: Partial<NormalizedProfile>;
  readonly policies?: Partial<ConnectionPolicies>;
  readonly installation?: Situation["installation"];
  readonly organization?: Partial<Omit<Situation["organization"], "policies">>;
  readonly organizationPolicies?: Partial<OrganizationPolicies>;
  readonly active?: boolean;
  readonly mappings?: Partial<Mappings>;
  /** The account that the person has, and the address that the provider last sent with it. */
  readonly own?: Partial<User> & { readonly emailKey?: string | null };
  readonly merged?: Partial<User> & { readonly emailKey?: string | null };
  readonly prepared?: readonly Partial<User>[];
  /** An account whose link an administrator moved to this connection. The link waits for its person's address. */
  readonly awaited?: Partial<User>;
  /** Accounts that signed in with the verified address through a different connection that merges. */
  readonly candidates?: readonly (Partial<User> &
    Partial<Omit<MergeCandidate, "user" | "links">> & {
      readonly links?: readonly ChangedLink[];
    })[];
  readonly ownAddressKept?: boolean;
  readonly unmerged?: boolean;
  readonly domainProved?: boolean;
  readonly addressOfAnotherSubject?: boolean;
  readonly formerIssuer?: Situation["account"]["formerIssuer"];
  readonly linkRequest?: Situation["account"]["linkRequest"];
  readonly directory?: Situation["account"]["directory"];
  /** By user id. An account that is missing here has no access yet. */
  readonly currentAccess?: Readonly<Record<string, Partial<CurrentAccess>>>;
  readonly seats?: Partial<Situation["seats"]>;
}

/** A link with the address, and with changes. By default it is verified and belongs to a different connection that merges. */
export type ChangedLink = Partial<Omit<AddressLink, "policies"> & AddressLink["policies"]>;

export function linkOf({ here, emailVerified, unmerged, ...policies }: ChangedLink = {}): AddressLink {
  return {
    here: here ?? false,
    unmerged: unmerged ?? false,
    emailVerified: emailVerified === undefined ? true : emailVerified,
    policies: { accountLinking: "MERGE_BY_EMAIL", requireVerifiedEmail: true, ...policies },
  };
}

/** A situation in which a new person gets an account, with changes. */
export function situation(changes: Changes = {}): Situation {
  const { own, merged } = changes;
  return {
    person: {
      organizationId: "organization-1",
      connectionId: "connection-1",
      profile: { ...PROFILE, ...changes.profile },
    },
    installation: changes.installation ?? { ssoAllowed: true },
    organization: {
      ssoAllowed: true,
      ssoEntitled: true,
      ...changes.organization,
      policies: { ...DEFAULT_ORGANIZATION_POLICIES, ...changes.organizationPolicies },
    },
    connection: {
      active: changes.active ?? true,
      policies: { ...DEFAULT_CONNECTION_POLICIES, ...changes.policies },
      mappings: { ...NO_MAPPINGS, ...changes.mappings },
    },
    account: {
      own: own ? knownAs("identity-own", "user-1", own) : null,
      ownAddressKept: changes.ownAddressKept ?? true,
      merged: merged ? knownAs("identity-merged", "user-2", merged) : null,
      unmerged: changes.unmerged ?? false,
      prepared: (changes.prepared ?? []).map((user, index) => ({ ...USER, id: `prepared-${index + 1}`, ...user })),
      candidates: (changes.candidates ?? []).map(
        ({ links, unverifiedPassword, addressFromProvider, ...user }, index) => ({
          user: { ...USER, id: `candidate-${index + 1}`, authMethod: "PASSWORD", firstSignedInAt: MOMENT, ...user },
          links: (links ?? (user.authMethod === "SSO" ? [{}] : [])).map(linkOf),
          addressFromProvider: addressFromProvider ?? user.authMethod === "SSO",
          unverifiedPassword: unverifiedPassword ?? false,
        }),
      ),
      awaited: changes.awaited ? knownAs("identity-awaited", "awaited-1", changes.awaited) : null,
      domainProved: changes.domainProved ?? false,
      addressOfAnotherSubject: changes.addressOfAnotherSubject ?? false,
      formerIssuer: changes.formerIssuer ?? null,
      linkRequest: changes.linkRequest ?? "NONE",
      directory: changes.directory ?? { kind: "NONE" },
    },
    currentAccess: new Map(
      Object.entries(changes.currentAccess ?? {}).map(([userId, currentAccess]) => [
        userId,
        { ...NO_ACCESS, ...currentAccess },
      ]),
    ),
    roles: { ranks: RANKS, defaultRoleId: "role-user" },
    seats: { totalSeats: null, seatsInUse: 0, ...changes.seats },
  };
}

function knownAs(
  identityId: string,
  id: string,
  { emailKey, ...user }: Partial<User> & { readonly emailKey?: string | null },
) {
  return {
    identityId,
    user: { ...USER, id, firstSignedInAt: MOMENT, ...user },
    emailKey: emailKey === undefined ? "ada@acme.example" : emailKey,
    emailVerified: true,
  };
}

const ended = ({ ended: merge }: Extract<Decision, { kind: "create" | "update" | "merge" }>) =>
  merge === null ? "" : `, ${merge.reason === "ADDRESS_CHANGED" ? "retire" : "leave"} ${merge.identityId}`;

/** A decision in short: its kind, the code or the user, and the link that it ends. */
export function brief(decision: Decision): string {
  switch (decision.kind) {
    case "refuse":
      return decision.failure.code;
    case "ask":
      return `ask ${decision.user.id}`;
    case "create":
      return `create${ended(decision)}`;
    case "link":
      return `link ${decision.user.id}`;
    case "update":
      return `update ${decision.user.id}${ended(decision)}`;
    case "merge":
      return `merge ${decision.candidate.user.id}${ended(decision)}`;
  }
}

/** The user of a decision before the decision is applied; `null` for refusals and new accounts. */
export function userOf(decision: Decision): User | null {
  if (decision.kind === "merge") return decision.candidate.user;
  return decision.kind === "link" || decision.kind === "update" ? decision.user : null;
}

/** A user with the values that a provider gave, if no other source gives any. */
function withFields(user: User, fields: FieldValues): User {
  const firstName = fields.firstName ?? user.firstName;
  const lastName = fields.lastName ?? user.lastName;
  return {
    ...user,
    email: fields.email ?? user.email,
    username: fields.username ?? user.username,
    firstName,
    lastName,
    fullName: fields.fullName ?? joinNames(firstName, lastName),
    employeeId: fields.employeeId ?? user.employeeId,
  };
}

/** The situation at the next sign-in of the same person, after a decision that signs them in is applied. */
export function carryOut(given: Situation, decision: Decision): Situation | null {
  if (decision.kind === "refuse" || decision.kind === "ask") return null;
  const made = { ...USER, id: "user-new", createdAt: new Date(MOMENT.getTime() + 3_600_000) };
  const before = userOf(decision) ?? made;
  const held = given.currentAccess.get(before.id) ?? NO_ACCESS;
  const status = decision.kind === "create" ? decision.status : decision.acceptsInvitation ? "ACTIVE" : before.status;
  const user = { ...withFields(before, decision.fields), status, firstSignedInAt: before.firstSignedInAt ?? MOMENT };
  const { email } = given.person.profile;
  const emailKey = email === null ? null : email.toLowerCase();
  const { own, merged } = given.account;
  const told = { emailKey, emailVerified: given.person.profile.emailVerified };
  const known = (identityId: string, address: typeof told = told) => ({ identityId, user, ...address });
  const kept =
    decision.kind === "update"
      ? { emailKey: decision.emailKey, emailVerified: decision.emailVerified }
      : { emailKey: null, emailVerified: null };
  const keep = <Link extends { readonly user: User }>(link: Link | null) =>
    link !== null && link.user.id === user.id ? { ...link, user } : link;
  const updated = decision.kind === "update" ? decision.identityId : null;
  const ends = decision.kind === "link" ? null : decision.ended;
  const { roles, groups } = decision;
  const isSame = (left: { groupId: string; mappingId: string }) => (right: typeof left) =>
    left.groupId === right.groupId && left.mappingId === right.mappingId;
  const after: CurrentAccess = {
    roles:
      roles.kind === "keep"
        ? held.roles
        : roles.roles.map(
            ({ roleId, mappingId }) =>
              held.roles.find((each) => each.roleId === roleId && each.mappingId === mappingId) ?? {
                roleId,
                source: mappingId === null ? "DEFAULT" : "MAPPING",
                mappingId,
              },
          ),
    memberships: [...held.memberships.filter((each) => !groups.take.some(isSame(each))), ...groups.give],
    said: held.said,
    merged: held.merged || decision.kind === "merge",
    hasSeat: held.hasSeat || decision.takesSeat,
    filled: new Set([...held.filled, ...Object.keys(decision.fields)]),
  };
  return {
    ...given,
    account: {
      ...given.account,
      own:
        decision.kind === "create" || decision.kind === "link"
          ? known("identity-own")
          : own !== null && own.identityId === updated
            ? known(own.identityId, kept)
            : keep(own),
      merged:
        decision.kind === "merge"
          ? known("identity-merged")
          : merged !== null && merged.identityId === ends?.identityId
            ? null
            : merged !== null && merged.identityId === updated
              ? { ...merged, ...known(merged.identityId, kept) }
              : keep(merged),
      unmerged: given.account.unmerged || ends?.reason === "ADDRESS_CHANGED",
      prepared: given.account.prepared.filter(({ id }) => id !== user.id),
      candidates: [
        ...given.account.candidates.map((each) =>
          each.user.id === user.id ? { ...each, user, unverifiedPassword: false } : each,
        ),
        ...(decision.kind === "create"
          ? [{ user, links: [], addressFromProvider: true, unverifiedPassword: false }]
          : []),
      ],
      awaited: null,
      addressOfAnotherSubject: decision.kind === "update" && given.account.addressOfAnotherSubject,
      formerIssuer: null,
    },
    currentAccess: new Map([...given.currentAccess, [user.id, after]]),
    seats: { ...given.seats, seatsInUse: given.seats.seatsInUse + (decision.takesSeat ? 1 : 0) },
  };
}

const text = fc.constantFrom("", "a", "Ada", "b@acme.example");
const given = fc.option(fc.constantFrom("a", "Ada", "Lovelace", "b@acme.example"), { nil: null });
const roleId = fc.constantFrom(...RANKS.keys());
const mappingId = fc.constantFrom("m1", "m2", "m3", "m4");
const groupId = fc.constantFrom("g1", "g2", "g3");

export const profileArbitrary: fc.Arbitrary<NormalizedProfile> = fc.record({
  issuer: fc.constant("https://id.example"),
  subject: fc.constantFrom("ada-1", "ada-2"),
  email: fc.option(fc.constantFrom("ada@acme.example", "Ada@Acme.example", "b@acme.example"), { nil: null }),
  emailVerified: fc.constantFrom(true, false, null),
  username: given,
  firstName: given,
  lastName: given,
  fullName: given,
  employeeId: given,
  groups: fc.oneof(
    fc.constant({ kind: "silent" } as const),
    fc.constant({ kind: "unknown", reason: "There are too many." } as const),
    fc.record({ kind: fc.constant("known" as const), values: fc.subarray(["staff", "trainers", "Admins"]) }),
  ),
  groupsClaims: fc.constantFrom<readonly string[]>([], ["groups", "memberOf"], ["memberOf"], ["department"]),
  profile: fc.constantFrom({}, { phone: "1" }, { city: "London" }),
  attributes: fc.constantFrom<NormalizedProfile["attributes"][]>(
    {},
    { department: ["R&D"] },
    { department: ["Sales", "R&D"] },
    { department: [] },
    { groups: ["staff"] },
    { memberOf: ["staff", "Admins"] },
  ),
  authenticationMethods: fc.constant([]),
});

/** Every policy, with any of its values. */
const policiesArbitrary = fc.record(
  Object.fromEntries(
    (Object.entries(CONNECTION_POLICIES) as [string, ConnectionPolicy][]).map(([name, declared]) => [
      name,
      declared.kind === "switch" ? fc.boolean() : fc.constantFrom(...Object.keys(declared.values)),
    ]),
  ) as Record<string, fc.Arbitrary<unknown>>,
) as unknown as fc.Arbitrary<ConnectionPolicies>;

const organizationPoliciesArbitrary: fc.Arbitrary<OrganizationPolicies> = fc
  .record({
    ssoEnforcement: fc.constantFrom(...SSO_ENFORCEMENTS),
    roleAssignment: fc.constantFrom(...ROLE_ASSIGNMENTS),
    manualRoleWins: fc.boolean(),
    seatModel: fc.constantFrom(...SEAT_MODELS),
    seatsFull: fc.constantFrom(...SEATS_FULL_POLICIES),
  })
  .map((policies) => ({ ...DEFAULT_ORGANIZATION_POLICIES, ...policies }));

const ruleArbitrary = fc.record({
  claim: fc.constantFrom("groups", "memberOf", "department", "toString"),
  operator: fc.constantFrom("EQUALS" as const, "ONE_OF" as const, "CONTAINS" as const, "MATCHES" as const),
  values: fc.subarray(["staff", "trainers", "admins", "R&D", ".*"], { minLength: 1 }),
  ignoreCase: fc.boolean(),
});
const mappingsArbitrary: fc.Arbitrary<Mappings> = fc
  .record({
    attributes: fc.array(
      fc.record({
        claim: fc.constantFrom("department", "groups"),
        field: fc.constantFrom("department", "custom.team", "fullName", "email"),
      }),
      { maxLength: 2 },
    ),
    roles: fc.array(fc.tuple(ruleArbitrary, fc.oneof(roleId, fc.constant("role-gone"))), { maxLength: 4 }),
    groups: fc.array(fc.tuple(ruleArbitrary, groupId), { maxLength: 4 }),
  })
  .map(({ attributes, roles, groups }) => ({
    attributes: attributes.map((each, index) => ({ ...each, id: `a${index + 1}`, position: index + 1 })),
    roles: roles.map(([rule, to], index) => ({ ...rule, id: `m${index + 1}`, position: index + 1, roleId: to })),
    groups: groups.map(([rule, to], index) => ({ ...rule, id: `m${index + 1}`, position: index + 1, groupId: to })),
  }));

const userArbitrary: fc.Arbitrary<Omit<User, "id">> = fc.record({
  homeOrganizationId: fc.constant("organization-1"),
  email: fc.constantFrom("ada@acme.example", "b@acme.example"),
  username: fc.option(text, { nil: null }),
  firstName: text,
  lastName: text,
  fullName: text,
  employeeId: fc.option(text, { nil: null }),
  status: fc.constantFrom(...USER_STATUSES, "ACTIVE", "ACTIVE"),
  authMethod: fc.constantFrom("SSO" as const, "PASSWORD" as const),
  breakGlass: fc.constantFrom(false, false, false, true),
  firstSignedInAt: fc.constantFrom(null, MOMENT),
  lastSignedInAt: fc.constant(null),
  version: fc.nat(9),
  createdAt: fc.constantFrom(MOMENT, new Date(MOMENT.getTime() + 60_000)),
  updatedAt: fc.constant(MOMENT),
});
const linkArbitrary = (identityId: string, id: string) =>
  fc
    .record({
      user: userArbitrary,
      emailKey: fc.constantFrom("ada@acme.example", "b@acme.example", null),
      emailVerified: fc.constantFrom(true, false, null),
    })
    .map(({ user, ...address }) => ({ identityId, user: { ...user, id }, ...address }));
const addressLinkArbitrary: fc.Arbitrary<AddressLink> = fc.record({
  here: fc.boolean(),
  unmerged: fc.constantFrom(false, false, false, true),
  emailVerified: fc.constantFrom(true, true, false, null),
  policies: fc.record({
    accountLinking: fc.constantFrom("NONE" as const, "MERGE_BY_EMAIL" as const, "ADMIN_LINK" as const),
    requireVerifiedEmail: fc.boolean(),
  }),
});

/** A default role has the source DEFAULT. A role from a mapping names the mapping. */
const heldRolesArbitrary: fc.Arbitrary<CurrentAccess["roles"]> = fc.uniqueArray(
  fc.oneof(
    fc.record({
      roleId,
      source: fc.constantFrom("ADMIN" as const, "API" as const),
      mappingId: fc.constant(null),
    }),
    fc.record({ roleId, source: fc.constant("MAPPING" as const), mappingId }),
    fc.constant({ roleId: "role-user", source: "DEFAULT" as const, mappingId: null }),
  ),
  { selector: ({ roleId: held }) => held, maxLength: 3 },
);
const currentAccessArbitrary: fc.Arbitrary<CurrentAccess> = fc.record({
  roles: heldRolesArbitrary,
  memberships: fc.uniqueArray(fc.record({ groupId, mappingId }), {
    selector: ({ groupId: group, mappingId: mapping }) => `${group} ${mapping}`,
    maxLength: 4,
  }),
  said: fc.constant(null),
  merged: fc.boolean(),
  hasSeat: fc.boolean(),
  filled: fc.subarray(["email", "firstName", "lastName", "phone"]).map((fields) => new Set(fields)),
});

const USERS = ["user-1", "user-2", "user-3", "user-4", "user-5", "user-6", "user-7"];

/** The facts about a candidate in addition to its user. */
const standing = {
  links: fc.array(addressLinkArbitrary, { maxLength: 2 }),
  addressFromProvider: fc.boolean(),
  unverifiedPassword: fc.boolean(),
};

/** Any situation. Two people can have the same account. */
export const situationArbitrary: fc.Arbitrary<Situation> = fc
  .record({
    person: profileArbitrary.map((profile) => ({
      organizationId: "organization-1",
      connectionId: "connection-1",
      profile,
    })),
    installation: fc.record({ ssoAllowed: fc.constantFrom(true, true, true, true, false) }),
    organization: fc.record({
      ssoAllowed: fc.constantFrom(true, true, true, true, false),
      ssoEntitled: fc.constantFrom(true, true, true, true, false),
      policies: organizationPoliciesArbitrary,
    }),
    connection: fc.record({
      active: fc.constantFrom(true, true, true, true, false),
      policies: policiesArbitrary,
      mappings: mappingsArbitrary,
    }),
    account: fc.record({
      own: fc.option(linkArbitrary("identity-own", "user-1"), { nil: null }),
      ownAddressKept: fc.boolean(),
      unmerged: fc.constantFrom(false, false, false, true),
      awaited: fc.constant(null),
      merged: fc.option(linkArbitrary("identity-merged", "user-2"), { nil: null }),
      prepared: fc.array(userArbitrary, { maxLength: 2 }),
      candidates: fc.array(fc.record({ user: userArbitrary, ...standing }), { maxLength: 3 }),
      standings: fc.tuple(fc.record(standing), fc.record(standing)),
      domainProved: fc.boolean(),
      addressOfAnotherSubject: fc.boolean(),
      formerIssuer: fc.constantFrom(null, { issuer: "https://old.example.com", changedAt: null }),
      linkRequest: fc.constantFrom("NONE" as const, "PENDING" as const, "REJECTED" as const),
      directory: fc.constantFrom(
        { kind: "NONE" as const },
        { kind: "REMOVED" as const },
        { kind: "AMBIGUOUS" as const },
      ),
    }),
    currentAccess: fc.array(currentAccessArbitrary, { minLength: USERS.length, maxLength: USERS.length }),
    seats: fc.record({ totalSeats: fc.option(fc.nat(3), { nil: null }), seatsInUse: fc.nat(3) }),
  })
  .map(({ account: { standings, ...account }, currentAccess, ...rest }) => ({
    ...rest,
    account: {
      ...account,
      // A person whose merge ended is not merged again.
      unmerged: account.unmerged && account.merged === null,
      prepared: account.prepared.map((user, index) => ({ ...user, id: `user-${index + 3}` })),
      candidates: [
        ...(account.own === null ? [] : [{ ...standings[0], user: account.own.user }]),
        ...(account.merged === null ? [] : [{ ...standings[1], user: account.merged.user }]),
        ...account.candidates.map((each, index) => ({ ...each, user: { ...each.user, id: `user-${index + 5}` } })),
      ],
    },
    currentAccess: new Map(currentAccess.map((each, index) => [`user-${index + 1}`, each])),
    roles: { ranks: RANKS, defaultRoleId: "role-user" },
  }));
