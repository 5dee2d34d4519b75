/** Every field of a type that asks for more than the way to it, with who may see it. */
import type { Permission } from "../../../src/access/permission.js";
import type { House } from "./callers.js";
import { home, type Variables } from "./entry.js";
import * as things from "./things.js";

/** A field of a type that asks for more than the way to it: reached from a root field that everybody below may use. */
export interface InnerEntry {
  readonly needs: readonly Permission[];
  /** Another permission that is enough as well. */
  readonly or?: Permission;
  /** What lets a key come as far as the field. */
  readonly way: readonly Permission[];
  readonly document: string;
  readonly make: (house: House) => Promise<Variables> | Variables;
}

const onUser = (field: string) => `query ($id: ID!) { user(id: $id) { id ${field} } }`;
const onGroup = (field: string) => `query ($id: ID!) { group(id: $id) { id ${field} } }`;
/** The home organization's connection, as whoever may only see its people comes to it. */
const onConnection = (field: string) =>
  `query ($organizationId: ID!) { users(organizationId: $organizationId) { nodes { identities { connection { id ${field} } } } } }`;
const inner = (
  needs: readonly Permission[],
  way: readonly Permission[],
  document: string,
  make: InnerEntry["make"],
): InnerEntry => ({ needs, way, document, make });
const ofUser: InnerEntry["make"] = async (house) => ({ id: await things.makeUser(house) });
const ofGroup: InnerEntry["make"] = async (house) => ({ id: await things.makeGroup(house) });

const ofAttempt = (field: string): InnerEntry =>
  inner(
    ["CONNECTIONS_WRITE", "USERS_READ"],
    ["CONNECTIONS_READ"],
    `query ($reference: String!) { signInAttempt(reference: $reference) { id ${field} } }`,
    async (house) => ({ reference: (await things.makeSignIn(house)).reference }),
  );

export const INNER_FIELDS: Readonly<Record<string, InnerEntry>> = {
  "AccountLinkingEffect.users": inner(
    ["USERS_READ"],
    ["CONNECTIONS_READ"],
    "query ($id: ID!) { accountLinkingEffect(connectionId: $id, accountLinking: NONE) { users { totalCount } } }",
    async (house) => ({ id: await things.makeConnection(house) }),
  ),
  "Organization.domains": {
    ...inner(
      ["ORGANIZATION_WRITE"],
      [],
      "query ($organizationId: ID!) { organization(id: $organizationId) { domains { domain } } }",
      home,
    ),
    or: "CONNECTIONS_READ",
  },
  "Organization.owner": inner(
    ["USERS_READ"],
    [],
    "query ($organizationId: ID!) { organization(id: $organizationId) { owner { id } } }",
    home,
  ),
  "Seats.holders": inner(
    ["USERS_READ"],
    ["TRAINING_READ"],
    "query ($organizationId: ID!) { seats(organizationId: $organizationId) { holders { totalCount } } }",
    home,
  ),
  "Group.courses": {
    ...inner(["TEAM_TRAINING_READ"], ["GROUPS_READ"], onGroup("courses { id }"), ofGroup),
    or: "TRAINING_READ",
  },
  "FilterAnswer.userCount": inner(
    ["TRAINING_READ"],
    ["TEAM_TRAINING_READ"],
    "query ($organizationId: ID!) { filters(organizationId: $organizationId) { answers { userCount } } }",
    async (house) => {
      await things.makeFilter(house);
      return home(house);
    },
  ),
  "Group.memberCount": inner(["GROUPS_READ"], ["GROUPS_READ"], onGroup("memberCount"), ofGroup),
  "Group.members": inner(["GROUPS_READ", "USERS_READ"], ["GROUPS_READ"], onGroup("members { totalCount }"), ofGroup),
  "Group.managers": inner(["GROUPS_READ", "USERS_READ"], ["GROUPS_READ"], onGroup("managers { id }"), ofGroup),
  "Organization.connections": inner(
    ["CONNECTIONS_READ"],
    [],
    "query ($organizationId: ID!) { organization(id: $organizationId) { connections { id displayName } } }",
    home,
  ),
  "SsoConnection.attributeMappings": inner(
    ["MAPPINGS_READ"],
    ["USERS_READ"],
    onConnection("attributeMappings { claim }"),
    home,
  ),
  "SsoConnection.groupMappings": inner(
    ["MAPPINGS_READ"],
    ["USERS_READ"],
    onConnection("groupMappings { claim }"),
    home,
  ),
  "SsoConnection.roleMappings": inner(["MAPPINGS_READ"], ["USERS_READ"], onConnection("roleMappings { claim }"), home),
  "SsoConnection.health": inner(["CONNECTIONS_READ"], ["USERS_READ"], onConnection("health { lastFailureCode }"), home),
  "SsoConnection.policies": inner(
    ["CONNECTIONS_READ"],
    ["USERS_READ"],
    onConnection("policies { accountLinking }"),
    home,
  ),
  "SsoConnection.serviceProvider": inner(
    ["CONNECTIONS_READ"],
    ["USERS_READ"],
    onConnection("serviceProvider { value }"),
    home,
  ),
  "SsoConnection.settings": inner(
    ["CONNECTIONS_READ"],
    ["USERS_READ"],
    onConnection("settings { ... on OidcSettings { clientId } }"),
    home,
  ),
  // A list of results is answered to everybody, with their own; correcting nothing leaves a result as it is.
  "OpenTraining.user": inner(
    ["USERS_READ"],
    ["TRAINING_READ"],
    "query ($organizationId: ID!, $id: ID!) { openTraining(organizationId: $organizationId, courseId: $id) { nodes { user { id } } } }",
    async (house) => ({ ...home(house), id: await things.makeOpenTraining(house) }),
  ),
  "TrainingStart.user": inner(
    ["USERS_READ"],
    ["TRAINING_WRITE"],
    "mutation ($input: StartTrainingInput!) { startTraining(input: $input) { start { user { id } } } }",
    async (house) => ({ input: await things.makeTraining(house) }),
  ),
  "Result.user": inner(
    ["USERS_READ"],
    ["TRAINING_WRITE"],
    "mutation ($id: ID!) { correctResult(input: { id: $id }) { result { user { id } } } }",
    async (house) => ({ id: await things.makeResult(house) }),
  ),
  "SignInAttempt.claims": ofAttempt("claims"),
  "SignInAttempt.decision": ofAttempt("decision { kind }"),
  "SignInAttempt.profile": ofAttempt("profile { value }"),
  "SignInAttempt.rules": ofAttempt("rules { value }"),
  "User.fieldValues": inner(["USERS_READ"], ["USERS_READ"], onUser("fieldValues { field }"), ofUser),
  "User.guestMemberships": inner(["USERS_READ"], ["USERS_READ"], onUser("guestMemberships { organizationId }"), ofUser),
  "User.lockedFields": inner(["USERS_READ"], ["USERS_READ"], onUser("lockedFields"), ofUser),
  "User.manager": inner(["USERS_READ"], ["USERS_READ"], onUser("manager { id }"), ofUser),
  "User.managerEmail": inner(["USERS_READ"], ["USERS_READ"], onUser("managerEmail"), ofUser),
  "User.managerName": inner(["USERS_READ"], ["USERS_READ"], onUser("managerName"), ofUser),
  "User.profile": inner(["USERS_READ"], ["USERS_READ"], onUser("profile { field }"), ofUser),
  "User.identities": inner(["USERS_READ"], ["USERS_READ"], onUser("identities { subject }"), ofUser),
};

/** A field that answers nothing to whoever may not see what it tells, instead of refusing the whole answer. */
export interface QuietEntry {
  readonly needs: Permission;
  /** Another permission that is enough as well. */
  readonly or?: Permission;
  /** What lets a key come as far as the field. */
  readonly way: Permission;
  /** Asks for the field as `told`, in the home organization. */
  readonly document: string;
}

const quietOnUser = (needs: Permission, field: string): QuietEntry => ({
  needs,
  // Setting answers is a way to a user that needs neither of the permissions of users.
  way: "TRAINING_WRITE",
  document: `mutation ($organizationId: ID!, $userId: ID!) {
    setUserAnswers(input: { organizationId: $organizationId, userId: $userId, answers: [] }) { user { ${field} } } }`,
});
const here = "(organizationId: $organizationId)";

/** Every such field. `makeEverything` makes somebody of whom each has something to tell. */
export const QUIET_FIELDS: Readonly<Record<string, QuietEntry>> = {
  "User.role": quietOnUser("USERS_READ", `told: role${here} { key }`),
  "User.roles": quietOnUser("USERS_READ", `told: roles${here} { key }`),
  "User.roleGrants": quietOnUser("USERS_READ", `told: roleGrants${here} { source }`),
  "User.membership": quietOnUser("USERS_READ", `told: membership${here} { roles { key } }`),
  "User.groups": quietOnUser("GROUPS_READ", `told: groups${here} { name }`),
  "User.managedGroups": quietOnUser("GROUPS_READ", `told: managedGroups${here} { name }`),
  "User.courses": { ...quietOnUser("TEAM_TRAINING_READ", `told: courses${here} { title }`), or: "TRAINING_READ" },
  "User.answers": quietOnUser("TRAINING_READ", `told: answers${here} { text }`),
  "Membership.groups": {
    needs: "GROUPS_READ",
    way: "USERS_READ",
    document: `query ($organizationId: ID!, $userId: ID!) { user(id: $userId) { membership${here} { told: groups { name } } } }`,
  },
  "Course.groups": {
    needs: "GROUPS_READ",
    way: "TEAM_TRAINING_READ",
    document: `query ($organizationId: ID!, $courseId: ID!) { course(id: $courseId) { told: groups${here} { name } } }`,
  },
};

/** What a quiet field tells: the value of `told`, however deep it lies in an answer. */
export function findTold(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  const record = value as Readonly<Record<string, unknown>>;
  if ("told" in record) return record["told"];
  return Object.values(record)
    .map(findTold)
    .find((told) => told !== undefined);
}
