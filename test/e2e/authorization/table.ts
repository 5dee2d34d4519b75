/** Every query and mutation, with who may use it and a request that is right but for who sends it. */
import type { Permission } from "../../../src/access/permission.js";
import type { House } from "./callers.js";

/**
 * Who may: whoever holds the permissions in the organization, every member of it, the operator alone, everybody who is
 * signed in, or anybody at all.
 */
export type Needs = readonly Permission[] | "MEMBERSHIP" | "OPERATOR" | "SIGN_IN" | "NOTHING";

type Variables = Readonly<Record<string, unknown>>;

export interface Entry {
  readonly needs: Needs;
  /** The arguments and the selection of the field, with `$` variables: `(id: $id) { group { id } }`. */
  readonly use: string;
  /** Declares the variables: `$id: ID!`. */
  readonly declare?: string;
  /** Makes what the request is about, in the home organization, anew for each request. */
  readonly make?: (house: House) => Promise<Variables> | Variables;
}

const home = ({ home: { organizationId } }: House): Variables => ({ organizationId });
const ofHome = (needs: Needs, name: string): Entry => ({
  needs,
  declare: "$organizationId: ID!",
  use: `(organizationId: $organizationId) { totalCount nodes { ${name} } }`,
  make: home,
});
const byId = (needs: Needs, use: string, make: NonNullable<Entry["make"]>): Entry => ({
  needs,
  declare: "$id: ID!",
  use: `(id: $id) { ${use} }`,
  make,
});
const byInput = (needs: Needs, type: string, use: string, input: NonNullable<Entry["make"]>): Entry => ({
  needs,
  declare: `$input: ${type}!`,
  use: `(input: $input) { ${use} }`,
  make: async (house) => ({ input: await input(house) }),
});

async function makeUser({ usher, home: { organizationId }, word }: House): Promise<string> {
  const { createUser } = await usher.ask(
    `mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } } }`,
    { input: { organizationId, email: `${word()}@acme.test`, firstName: "A", lastName: "B" } },
  );
  return createUser.user.id;
}

async function makeGroup({ usher, home: { organizationId }, word }: House): Promise<string> {
  const { createGroup } = await usher.ask(
    `mutation ($input: CreateGroupInput!) { createGroup(input: $input) { group { id } } }`,
    { input: { organizationId, name: word() } },
  );
  return createGroup.group.id;
}

async function makeRole({ usher, home: { organizationId }, word }: House): Promise<string> {
  const { createRole } = await usher.ask(
    `mutation ($input: CreateRoleInput!) { createRole(input: $input) { role { id } } }`,
    { input: { organizationId, key: word().toUpperCase(), name: "Role", rank: 5, permissions: [] } },
  );
  return createRole.role.id;
}

async function makeApiKey({ usher, home: { organizationId }, word }: House): Promise<string> {
  const { createApiKey } = await usher.ask(
    `mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { apiKey { id } } }`,
    { input: { organizationId, name: word(), scopes: ["USERS_READ"] } },
  );
  return createApiKey.apiKey.id;
}

/** A draft; activated where the request is about an active one. */
async function makeConnection(house: House, isActive = false): Promise<string> {
  const { usher, home: tenant, provider, word } = house;
  const { createConnection } = await usher.ask(
    `mutation ($input: CreateConnectionInput!) { createConnection(input: $input) { connection { id } } }`,
    {
      input: {
        organizationId: tenant.organizationId,
        displayName: word(),
        settings: {
          oidc: { discoveryUrl: provider.url, clientId: provider.clientId, clientSecret: provider.clientSecret },
        },
      },
    },
  );
  const { id } = createConnection.connection;
  if (isActive) await usher.ask(`mutation ($id: ID!) { activateConnection(id: $id) { connection { id } } }`, { id });
  return id;
}

export const QUERIES: Readonly<Record<string, Entry>> = {
  apiKeys: ofHome(["ORGANIZATION_WRITE"], "id name"),
  auditLog: ofHome(["AUDIT_READ"], "id before after"),
  connection: byId(["CONNECTIONS_READ"], "id displayName", async (house) => ({ id: await makeConnection(house) })),
  connectionTypes: { needs: "SIGN_IN", use: "{ id }" },
  errorCodes: { needs: "NOTHING", use: "{ code }" },
  eventTypes: { needs: "NOTHING", use: "{ type }" },
  events: ofHome(["EVENTS_READ"], "id data"),
  group: byId(["GROUPS_READ"], "id name", async (house) => ({ id: await makeGroup(house) })),
  groups: ofHome(["GROUPS_READ"], "id name"),
  organization: byId("MEMBERSHIP", "id name policies { defaultRole }", ({ home: { organizationId } }) => ({
    id: organizationId,
  })),
  organizations: { needs: "OPERATOR", use: "{ nodes { id } }" },
  permissions: { needs: "NOTHING", use: "{ name }" },
  signInAttempts: ofHome(["CONNECTIONS_READ"], "id reference email"),
  user: byId(["USERS_READ"], "id email", async (house) => ({ id: await makeUser(house) })),
  users: ofHome(["USERS_READ"], "id email"),
  viewer: { needs: "NOTHING", use: "{ permissions }" },
};

const mappings = (type: string, needs: readonly Permission[], make: (house: House) => Promise<Variables> | Variables) =>
  byInput(needs, type, "connection { id }", async (house) => ({
    connectionId: await makeConnection(house),
    mappings: [await make(house)],
  }));

export const MUTATIONS: Readonly<Record<string, Entry>> = {
  activateConnection: byId(["CONNECTIONS_WRITE"], "connection { state }", async (house) => ({
    id: await makeConnection(house),
  })),
  addUsersToGroup: byInput(["GROUPS_WRITE"], "AddUsersToGroupInput", "group { id }", async (house) => ({
    groupId: await makeGroup(house),
    userIds: [await makeUser(house)],
  })),
  createApiKey: byInput(["ORGANIZATION_WRITE"], "CreateApiKeyInput", "apiKey { id }", (house) => ({
    ...home(house),
    name: house.word(),
    scopes: ["ORGANIZATION_WRITE"],
  })),
  createConnection: byInput(["CONNECTIONS_WRITE"], "CreateConnectionInput", "connection { id }", (house) => ({
    ...home(house),
    displayName: house.word(),
    settings: { oidc: { clientId: "c" } },
  })),
  createGroup: byInput(["GROUPS_WRITE"], "CreateGroupInput", "group { id }", (house) => ({
    ...home(house),
    name: house.word(),
  })),
  createOrganization: byInput("OPERATOR", "CreateOrganizationInput", "organization { id }", ({ word }) => ({
    name: "A",
    slug: word(),
  })),
  createRole: byInput(["ORGANIZATION_WRITE"], "CreateRoleInput", "role { id }", (house) => ({
    ...home(house),
    key: house.word().toUpperCase(),
    name: "Role",
    rank: 5,
    permissions: [],
  })),
  createUser: byInput(["USERS_WRITE"], "CreateUserInput", "user { id }", (house) => ({
    ...home(house),
    email: `${house.word()}@acme.test`,
    firstName: "A",
    lastName: "B",
  })),
  deleteConnection: byId(["CONNECTIONS_WRITE"], "connection { id }", async (house) => ({
    id: await makeConnection(house),
  })),
  deleteGroup: byId(["GROUPS_WRITE"], "group { id }", async (house) => ({ id: await makeGroup(house) })),
  deleteRole: byId(["ORGANIZATION_WRITE"], "role { id }", async (house) => ({ id: await makeRole(house) })),
  disableConnection: byId(["CONNECTIONS_WRITE"], "connection { state }", async (house) => ({
    id: await makeConnection(house, true),
  })),
  removeUsersFromGroup: byInput(["GROUPS_WRITE"], "RemoveUsersFromGroupInput", "group { id }", async (house) => {
    const input = { groupId: await makeGroup(house), userIds: [await makeUser(house)] };
    await house.usher.ask(
      `mutation ($input: AddUsersToGroupInput!) { addUsersToGroup(input: $input) { group { id } } }`,
      { input },
    );
    return input;
  }),
  revokeApiKey: byId(["ORGANIZATION_WRITE"], "apiKey { id }", async (house) => ({ id: await makeApiKey(house) })),
  setAttributeMappings: mappings("SetAttributeMappingsInput", ["MAPPINGS_WRITE"], () => ({
    claim: "dept",
    field: "department",
  })),
  setGroupMappings: mappings("SetGroupMappingsInput", ["MAPPINGS_WRITE"], async (house) => ({
    claim: "groups",
    operator: "EQUALS",
    value: "G1",
    groupId: await makeGroup(house),
  })),
  setRoleMappings: mappings("SetRoleMappingsInput", ["MAPPINGS_WRITE"], () => ({
    claim: "groups",
    operator: "EQUALS",
    value: "G1",
    roleKey: "USER",
  })),
  testConnection: byId(["CONNECTIONS_WRITE"], "findings { check }", async (house) => ({
    id: await makeConnection(house),
  })),
  updateConnection: byInput(["CONNECTIONS_WRITE"], "UpdateConnectionInput", "connection { id }", async (house) => ({
    id: await makeConnection(house),
    displayName: house.word(),
  })),
  updateGroup: byInput(["GROUPS_WRITE"], "UpdateGroupInput", "group { id }", async (house) => ({
    id: await makeGroup(house),
    name: house.word(),
  })),
  updateOrganization: byInput(["ORGANIZATION_WRITE"], "UpdateOrganizationInput", "organization { id }", (house) => ({
    id: house.home.organizationId,
    supportContact: house.word(),
  })),
  updateRole: byInput(["ORGANIZATION_WRITE"], "UpdateRoleInput", "role { id }", async (house) => ({
    id: await makeRole(house),
    name: house.word(),
  })),
  updateUser: byInput(["USERS_WRITE"], "UpdateUserInput", "user { id }", async (house) => ({
    id: await makeUser(house),
    firstName: house.word(),
  })),
};

/** A field of a type that asks for more than the way to it: reached from a root field that everybody below may use. */
export interface InnerEntry {
  readonly needs: readonly Permission[];
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
const ofUser: InnerEntry["make"] = async (house) => ({ id: await makeUser(house) });
const ofGroup: InnerEntry["make"] = async (house) => ({ id: await makeGroup(house) });

export const INNER_FIELDS: Readonly<Record<string, InnerEntry>> = {
  "Group.memberCount": inner(["GROUPS_READ"], ["GROUPS_READ"], onGroup("memberCount"), ofGroup),
  "Group.members": inner(["GROUPS_READ", "USERS_READ"], ["GROUPS_READ"], onGroup("members { totalCount }"), ofGroup),
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
  "User.groups": inner(["GROUPS_READ"], ["USERS_READ"], onUser("groups { name }"), ofUser),
  "User.identities": inner(["USERS_READ"], ["USERS_READ"], onUser("identities { subject }"), ofUser),
};
