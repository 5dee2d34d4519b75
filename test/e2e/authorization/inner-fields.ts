/** Every field that needs a separate permission, and the callers who may see it. */
import type { Permission } from "../../../src/access/permission.js";
import type { House } from "./callers.js";
import { home, type Variables } from "./entry.js";
import * as things from "./things.js";

/** A field that needs a permission in addition to its root field. All callers of the test may use the root field. */
export interface InnerEntry {
  readonly needs: readonly Permission[];
  /** A permission that suffices without `needs`. */
  readonly or?: Permission;
  /** The permissions that a key needs to reach the field. */
  readonly way: readonly Permission[];
  readonly document: string;
  readonly make: (house: House) => Promise<Variables> | Variables;
}

const onUser = (field: string) => `query ($id: ID!) { user(id: $id) { id ${field} } }`;
const onGroup = (field: string) => `query ($id: ID!) { group(id: $id) { id ${field} } }`;
/** The home organization's connection, reached with USERS_READ only. */
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

const ofDirectory = (field: string): InnerEntry =>
  inner(
    ["MAPPINGS_READ"],
    ["CONNECTIONS_READ"],
    `query ($id: ID!) { provisioningDirectory(id: $id) { id ${field} } }`,
    async (house) => ({ id: await things.makeDirectory(house) }),
  );

export const INNER_FIELDS: Readonly<Record<string, InnerEntry>> = {
  "AccountLinkingEffect.users": inner(
    ["USERS_READ"],
    ["CONNECTIONS_READ"],
    "query ($id: ID!) { accountLinkingEffect(connectionId: $id, accountLinking: NONE) { users { totalCount } } }",
    async (house) => ({ id: await things.makeConnection(house) }),
  ),
  "SsoRequirement.users": inner(
    ["USERS_READ"],
    ["ORGANIZATION_WRITE"],
    "query ($organizationId: ID!) { ssoRequirement(organizationId: $organizationId) { users { totalCount } } }",
    home,
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
  "ProvisioningDirectory.attributeMappings": ofDirectory("attributeMappings { claim }"),
  "ProvisioningDirectory.roleMappings": ofDirectory("roleMappings { claim }"),
  "ProvisioningDirectory.groupMappings": ofDirectory("groupMappings { claim }"),
  "ProvisioningDirectory.assignableRoles": ofDirectory("assignableRoles { key }"),
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
  "SsoConnection.clientKeys": inner(["CONNECTIONS_READ"], ["USERS_READ"], onConnection("clientKeys { keyId }"), home),
  "SsoConnection.health": inner(
    ["CONNECTIONS_READ"],
    ["USERS_READ"],
    onConnection("health { lastFailureCode providerReadAt providerFailure { code } }"),
    home,
  ),
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
  // All callers may use the list of results. A correction without changes reaches the field instead.
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

/** A field that is empty, instead of an error, for a caller without its permission. */
export interface HiddenEntry {
  readonly needs: Permission;
  /** A permission that suffices without `needs`. */
  readonly or?: Permission;
  /** The permission that a key needs to reach the field. */
  readonly way: Permission;
  /** Selects the field as `shown`, in the home organization. */
  readonly document: string;
}

const hiddenOnUser = (needs: Permission, field: string): HiddenEntry => ({
  needs,
  // A caller without USERS_READ and USERS_WRITE reaches a user by setting answers.
  way: "TRAINING_WRITE",
  document: `mutation ($organizationId: ID!, $userId: ID!) {
    setUserAnswers(input: { organizationId: $organizationId, userId: $userId, answers: [] }) { user { ${field} } } }`,
});
const here = "(organizationId: $organizationId)";

/** Every such field. Each has a value for the user of `makeEverything`. */
export const HIDDEN_FIELDS: Readonly<Record<string, HiddenEntry>> = {
  "User.role": hiddenOnUser("USERS_READ", `shown: role${here} { key }`),
  "User.roles": hiddenOnUser("USERS_READ", `shown: roles${here} { key }`),
  "User.roleGrants": hiddenOnUser("USERS_READ", `shown: roleGrants${here} { source }`),
  "User.membership": hiddenOnUser("USERS_READ", `shown: membership${here} { roles { key } }`),
  "User.groups": hiddenOnUser("GROUPS_READ", `shown: groups${here} { name }`),
  "User.managedGroups": hiddenOnUser("GROUPS_READ", `shown: managedGroups${here} { name }`),
  "User.courses": { ...hiddenOnUser("TEAM_TRAINING_READ", `shown: courses${here} { title }`), or: "TRAINING_READ" },
  "User.answers": hiddenOnUser("TRAINING_READ", `shown: answers${here} { text }`),
  "Membership.groups": {
    needs: "GROUPS_READ",
    way: "USERS_READ",
    document: `query ($organizationId: ID!, $userId: ID!) { user(id: $userId) { membership${here} { shown: groups { name } } } }`,
  },
  "Course.groups": {
    needs: "GROUPS_READ",
    way: "TEAM_TRAINING_READ",
    document: `query ($organizationId: ID!, $courseId: ID!) { course(id: $courseId) { shown: groups${here} { name } } }`,
  },
};

/** The value of `shown`, at any depth of an answer. */
export function findShown(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  const record = value as Readonly<Record<string, unknown>>;
  if ("shown" in record) return record["shown"];
  return Object.values(record)
    .map(findShown)
    .find((shown) => shown !== undefined);
}
