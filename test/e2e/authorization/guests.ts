/** A guest with a value in every field, and every field of the schema that can return them to the organization. */
import {
  getNamedType,
  isAbstractType,
  isLeafType,
  isObjectType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from "graphql";
import { WRONG_PASSWORDS_TO_LOCK } from "../../../src/people/credential/lock.changes.js";
import { createBrowser } from "../../../testing/browser.js";
import { makePerson } from "../../support/tenant.js";
import type { House } from "./callers.js";
import * as things from "./things.js";

/** The fields of a guest that an organization sees: name, address, and values that it gave. All others are empty. */
export const SEEN_OF_GUESTS: ReadonlySet<string> = new Set([
  "id",
  "email",
  "firstName",
  "lastName",
  "fullName",
  "membership",
  "role",
  "roles",
  "roleGrants",
  "groups",
  "managedGroups",
  "answers",
  // A page of results is an object, even without results.
  "results",
  "courses",
]);

/** A part of every value that only the home may see, so that a test finds such a value anywhere. */
export const WITHHELD = "withheld";

/** A value for each field of the profile's input. */
const profileOf = (schema: GraphQLSchema, managerEmail: string) => {
  const input = schema.getType("UserProfileInput") as unknown as GraphQLObjectType;
  const values = Object.keys(input.getFields()).map((field) => [field, `${WITHHELD}-${field}`]);
  const custom = [{ name: "shoe", value: `${WITHHELD}-shoe` }];
  return { ...Object.fromEntries(values), custom, managerEmail, timeZone: "Pacific/Chatham", locale: "qya" };
};

export interface Guest {
  readonly id: string;
  readonly email: string;
  readonly groupId: string;
  readonly courseId: string;
}

/** Creates a person of the other organization with a value in every field, who is a guest of the home organization. */
export async function makeGuest(house: House, schema: GraphQLSchema): Promise<Guest> {
  const { usher, home, other, provider, word } = house;
  const ask = async (mutation: string, answer: string, input: object) =>
    (
      await usher.ask(
        `mutation ($input: ${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input!) { ${mutation}(input: $input) { ${answer} } }`,
        { input },
      )
    )[mutation];
  const { organizationId } = home;
  await ask("updateOrganization", "organization { id }", {
    id: organizationId,
    policies: { seatModel: "ACTIVE_USER" },
  });
  const person = makePerson(word(), { given_name: "Grace", family_name: "Hopper" });
  const { email } = person.claims as { readonly email: string };
  const managerEmail = `${WITHHELD}-manager-${email}`;
  const atOther = { organizationId: other.organizationId, firstName: "Grace", lastName: "Hopper" };
  await ask("createUser", "user { id }", { ...atOther, email: managerEmail });
  const { user } = await ask("createUser", "user { id }", {
    ...atOther,
    email,
    username: `${WITHHELD}-username`,
    employeeId: `${WITHHELD}-number`,
    profile: profileOf(schema, managerEmail),
  });
  provider.forget();
  await other.signIn(createBrowser(), person);
  const member = { organizationId, userId: user.id as string };
  await ask("addMember", "member { id }", { ...member, roleKeys: ["ADMIN"] });
  const groupId = await things.makeGroup(house);
  await ask("addUsersToGroup", "group { id }", { groupId, userIds: [user.id] });
  await ask("setGroupManagers", "group { id }", { groupId, userIds: [user.id] });
  const courseId = await things.makeCourse(house);
  await ask("recordResult", "result { id }", { ...member, courseId });
  await ask("setMemberRoles", "member { id }", { ...member, roleKeys: ["ADMIN", "USER"] });
  // The organization must not see later changes at the home either.
  await ask("updateUser", "user { id }", { id: user.id, profile: { phone: `${WITHHELD}-other-phone` } });
  await ask("updateOrganization", "organization { id }", {
    id: other.organizationId,
    policies: { passwordForSsoUsers: "ALLOW" },
  });
  await ask("setPassword", "user { id }", { userId: user.id, password: "violet otter on a bicycle" });
  await things.addSecondFactor({ ...house, home: other }, email, "violet otter on a bicycle");
  const stranger = createBrowser();
  await stranger.get(`${usher.url}/o/${other.slug}/password`);
  for (let turn = 0; turn < WRONG_PASSWORDS_TO_LOCK; turn += 1)
    await stranger.submitForm(0, { login: email, password: "wrong" });
  for (const mutation of ["disableUser", "enableUser"])
    await usher.ask(`mutation ($id: ID!) { ${mutation}(id: $id) { user { id } } }`, { id: user.id });
  return { id: user.id, email, groupId, courseId };
}

/** Selects all fields of a user, but only the type of objects. Fields that take an organization get this one. */
export function selectUser(schema: GraphQLSchema, organizationId: string): string {
  const fields = Object.values((schema.getType("User") as GraphQLObjectType).getFields());
  const ask = ({ name, type, args }: (typeof fields)[number]) => {
    const where = args.some((arg) => arg.name === "organizationId") ? `(organizationId: "${organizationId}")` : "";
    return `${name}${where}${isLeafType(getNamedType(type)) ? "" : " { __typename }"}`;
  };
  return `__typename ${fields.map(ask).join(" ")}`;
}

/** Every field of the schema that can return a user, as `Type.field`, also through an interface or union. */
export function findUserFields(schema: GraphQLSchema): readonly string[] {
  const user = schema.getType("User") as GraphQLObjectType;
  const answersUsers = (type: GraphQLNamedType) =>
    type === user || (isAbstractType(type) && schema.isSubType(type, user));
  return Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .flatMap((type) =>
      Object.values(type.getFields())
        .filter((field) => answersUsers(getNamedType(field.type)))
        .map((field) => `${type.name}.${field.name}`),
    )
    .toSorted();
}

/** A request of the organization that reads the guest through a field. */
interface UserField {
  readonly document: (user: string) => string;
  readonly variables: (
    guest: Guest,
    house: House,
  ) => Readonly<Record<string, unknown>> | Promise<Readonly<Record<string, unknown>>>;
}

const byMutation = (
  mutation: string,
  field: string,
  input: (guest: Guest, house: House) => object | Promise<object>,
): UserField => ({
  document: (user) =>
    `mutation ($input: ${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input!) { ${mutation}(input: $input) { ${field} { ${user} } } }`,
  variables: async (guest, house) => ({ input: await input(guest, house) }),
});
const member = ({ id }: Guest, { home }: House) => ({ organizationId: home.organizationId, userId: id });

/** For each field that can return a user, a request that returns the guest; `null` if it never returns a guest. */
export const USER_FIELDS: Readonly<Record<string, UserField | null>> = {
  // This field is for administrators of the home and for the operator.
  "AddMemberPayload.member": null,
  // Only the home may use these mutations. All other callers get FORBIDDEN.
  "ApproveUserPayload.user": null,
  "ArchiveUserPayload.user": null,
  "CreateUserPayload.user": null,
  "DeleteUserPayload.user": null,
  "DisableUserPayload.user": null,
  "EnableUserPayload.user": null,
  "InviteUserPayload.user": null,
  "ResendInvitationPayload.user": null,
  "RevokeInvitationPayload.user": null,
  "RejectUserPayload.user": null,
  "RestoreUserPayload.user": null,
  "RemovePasswordPayload.user": null,
  "ResetSecondFactorsPayload.user": null,
  "SetPasswordPayload.user": null,
  "UnlockUserPayload.user": null,
  "UpdateUserPayload.user": null,
  // These fields return only people of the home.
  "LinkRequest.user": null,
  "PreviewedUser.user": null,
  "User.manager": null,
  // These fields return the caller.
  "UpdateMyProfilePayload.user": null,
  "Viewer.user": null,
  "Group.managers": {
    document: (user) => `query ($id: ID!) { group(id: $id) { managers { ${user} } } }`,
    variables: ({ groupId }) => ({ id: groupId }),
  },
  "Organization.owner": {
    document: (user) => `query ($id: ID!) { organization(id: $id) { owner { ${user} } } }`,
    variables: async (guest, house) => {
      await house.usher.ask(`mutation ($input: SetOwnerInput!) { setOwner(input: $input) { organization { id } } }`, {
        input: member(guest, house),
      });
      return { id: house.home.organizationId };
    },
  },
  "OpenTraining.user": {
    document: (user) =>
      `query ($org: ID!, $id: ID!) { openTraining(organizationId: $org, courseId: $id) { nodes { user { ${user} } } } }`,
    variables: async ({ groupId }, house) => {
      const courseId = await things.makeCourse(house);
      await house.usher.ask(
        `mutation ($input: AssignCoursesToGroupInput!) { assignCoursesToGroup(input: $input) { group { id } } }`,
        { input: { groupId, courseIds: [courseId] } },
      );
      return { org: house.home.organizationId, id: courseId };
    },
  },
  "TrainingStart.user": {
    document: (user) =>
      `query ($org: ID!, $ids: [ID!]) { trainingStarts(organizationId: $org, filter: { userIds: $ids }) { nodes { user { ${user} } } } }`,
    variables: async ({ id }, house) => {
      const { organizationId } = house.home;
      const input = { organizationId, userId: id, courseId: await things.makeCourse(house) };
      await house.usher.ask(
        `mutation ($input: StartTrainingInput!) { startTraining(input: $input) { start { id } } }`,
        { input },
      );
      return { org: organizationId, ids: [id] };
    },
  },
  "Query.node": {
    document: (user) => `query ($id: ID!) { node(id: $id) { ... on User { ${user} } } }`,
    variables: ({ id }) => ({ id }),
  },
  "Query.nodes": {
    document: (user) => `query ($id: ID!) { nodes(ids: [$id]) { ... on User { ${user} } } }`,
    variables: ({ id }) => ({ id }),
  },
  "Query.user": {
    document: (user) => `query ($id: ID!) { user(id: $id) { ${user} } }`,
    variables: ({ id }) => ({ id }),
  },
  "RemoveMemberPayload.member": byMutation("removeMember", "member", async (guest, house) => {
    const userId = await things.makeAdministrator(house);
    await house.usher.ask(`mutation ($input: SetOwnerInput!) { setOwner(input: $input) { organization { id } } }`, {
      input: { organizationId: house.home.organizationId, userId },
    });
    return member(guest, house);
  }),
  "Result.user": {
    document: (user) =>
      `query ($id: ID!, $ids: [ID!]) { results(organizationId: $id, filter: { userIds: $ids }) { nodes { user { ${user} } } } }`,
    variables: ({ id }, { home }) => ({ id: home.organizationId, ids: [id] }),
  },
  "SeatHolder.user": {
    document: (user) =>
      `query ($id: ID!) { seats(organizationId: $id) { holders(first: 100) { nodes { user { ${user} } } } } }`,
    variables: (_guest, { home }) => ({ id: home.organizationId }),
  },
  "SetBreakGlassPayload.user": null,
  "SetMemberRolesPayload.member": byMutation("setMemberRoles", "member", (guest, house) => ({
    ...member(guest, house),
    roleKeys: ["ADMIN"],
  })),
  "SetUserAnswersPayload.user": byMutation("setUserAnswers", "user", async (guest, house) => {
    const { id: filterId, answerId } = await things.makeFilter(house);
    return { ...member(guest, house), answers: [{ filterId, answerId }] };
  }),
  "UserConnection.nodes": {
    document: (user) =>
      `query ($id: ID!, $email: String!) { users(organizationId: $id, filter: { search: $email }) { nodes { ${user} } } }`,
    variables: ({ email }, { home }) => ({ id: home.organizationId, email }),
  },
  "UserEdge.node": {
    document: (user) =>
      `query ($id: ID!, $email: String!) { users(organizationId: $id, filter: { search: $email }) { edges { node { ${user} } } } }`,
    variables: ({ email }, { home }) => ({ id: home.organizationId, email }),
  },
};

/** The user with an id, at any depth of an answer. */
export function findUser(value: unknown, id: string): Readonly<Record<string, unknown>> | null {
  if (typeof value !== "object" || value === null) return null;
  const record = value as Readonly<Record<string, unknown>>;
  if (record["__typename"] === "User" && record["id"] === id) return record;
  for (const item of Object.values(record)) {
    const found = findUser(item, id);
    if (found !== null) return found;
  }
  return null;
}

/** Values without information, as JSON. */
const EMPTY: ReadonlySet<string> = new Set(["null", "[]", "0"]);

/** The names of the fields that have a value. */
export function fieldsWithValue(user: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(user)
    .filter(([name, value]) => name !== "__typename" && !EMPTY.has(JSON.stringify(value)))
    .map(([name]) => name);
}
