/** Every query and mutation, the callers who may use it, and a valid request. */
import { ALL_PERMISSIONS, type Permission } from "../../../src/access/permission.js";
import { makePasswordAdministrator } from "../../support/break-glass.js";
import type { House } from "./callers.js";
import { byId, byIds, byInput, foundById, home, ofHome, type Entry, type Variables } from "./entry.js";
import * as things from "./things.js";

export const QUERIES: Readonly<Record<string, Entry>> = {
  accountLinkingEffect: {
    nullElsewhere: true,
    needs: ["CONNECTIONS_READ"],
    declare: "$id: ID!",
    use: "(connectionId: $id, accountLinking: MERGE_BY_EMAIL) { affectedUsers }",
    make: async (house) => ({ id: await things.makeConnection(house) }),
  },
  apiKeys: ofHome(["ORGANIZATION_WRITE"], "id name"),
  auditLog: ofHome(["AUDIT_READ"], "id before after"),
  connection: foundById(["CONNECTIONS_READ"], "id displayName", async (house) => ({
    id: await things.makeConnection(house),
  })),
  connectionTypes: { needs: "SIGN_IN", use: "{ id }" },
  course: {
    ...foundById(["TEAM_TRAINING_READ"], "id title", async (house) => ({ id: await things.makeCourse(house) })),
    or: "TRAINING_READ",
  },
  courses: { ...ofHome(["TEAM_TRAINING_READ"], "id title"), or: "TRAINING_READ" },
  errorCodes: { needs: "NOTHING", use: "{ code }" },
  eventTypes: { needs: "NOTHING", use: "{ type }" },
  events: ofHome(["EVENTS_READ"], "id data"),
  filters: {
    needs: ["TEAM_TRAINING_READ"],
    or: "TRAINING_READ",
    declare: "$organizationId: ID!",
    use: "(organizationId: $organizationId) { id question answers { text } }",
    // Without a filter, the test could not distinguish the empty list from a refusal.
    make: async (house) => {
      await things.makeFilter(house);
      return home(house);
    },
  },
  group: foundById(["GROUPS_READ"], "id name", async (house) => ({ id: await things.makeGroup(house) })),
  groups: ofHome(["GROUPS_READ"], "id name"),
  groupResults: {
    nullElsewhere: true,
    needs: ["TRAINING_READ"],
    declare: "$groupId: ID!",
    use: "(groupId: $groupId) { withheld courses { courseId } }",
    make: async (house) => ({ groupId: await things.makeGroup(house) }),
  },
  installation: { needs: "OPERATOR", use: "{ ssoAllowed }" },
  linkRequests: ofHome(["USERS_READ"], "id email"),
  mails: ofHome(["AUDIT_READ"], "id recipient subject"),
  // `NODES` has the rules of each type.
  node: { needs: "SIGN_IN", use: `(id: "unknown") { id }` },
  nodes: { needs: "SIGN_IN", use: `(ids: ["unknown"]) { id }` },
  openTraining: {
    needs: ["TRAINING_READ"],
    ofOneself: true,
    declare: "$organizationId: ID!, $courseId: ID!",
    use: "(organizationId: $organizationId, courseId: $courseId) { totalCount nodes { userId } }",
    make: async (house) => ({ ...home(house), courseId: await things.makeOpenTraining(house) }),
  },
  organization: foundById("MEMBERSHIP", "id name policies { defaultRole }", ({ home: { organizationId } }) => ({
    id: organizationId,
  })),
  eventRetention: {
    needs: ["EVENTS_READ"],
    declare: "$organizationId: ID!",
    use: "(organizationId: $organizationId)",
    // Without a limit, the test could not distinguish the answer null from a refusal.
    make: async (house) => {
      await house.usher.ask(
        `mutation ($input: SetEventRetentionInput!) { setEventRetention(input: $input) { days } }`,
        { input: { ...home(house), days: 365 } },
      );
      return home(house);
    },
  },
  operators: { needs: "OPERATOR", use: "{ nodes { id email } }" },
  organizationDeletion: byId("OPERATOR", "parts { count }", async (house) => ({
    id: (await things.makeOrganization(house)).id,
  })),
  sessions: {
    needs: ["USERS_READ"],
    declare: "$userId: ID!",
    use: "(userId: $userId) { totalCount nodes { id address } }",
    make: async (house) => ({ userId: (await things.makeSession(house)).userId }),
  },
  organizations: { needs: "OPERATOR", use: "{ nodes { id } }" },
  permissions: { needs: "NOTHING", use: "{ name }" },
  resultFigures: {
    needs: ["TRAINING_READ"],
    declare: "$organizationId: ID!",
    use: "(organizationId: $organizationId) { minimumPeople }",
    make: home,
  },
  provisioningDirectories: ofHome(["CONNECTIONS_READ"], "id name"),
  provisioningRequests: {
    needs: ["CONNECTIONS_READ"],
    declare: "$id: ID!",
    use: "(directoryId: $id) { totalCount }",
    make: async (house) => ({ id: await things.makeDirectory(house) }),
  },
  provisioningDirectory: foundById(["CONNECTIONS_READ"], "id name tokens { id }", async (house) => ({
    id: await things.makeDirectory(house),
  })),
  results: { ...ofHome(["TRAINING_READ"], "id userId"), ofOneself: true },
  seats: {
    needs: ["USERS_READ"],
    or: "TRAINING_READ",
    declare: "$organizationId: ID!",
    use: "(organizationId: $organizationId) { seatsInUse }",
    make: home,
  },
  previewMappings: {
    needs: ["CONNECTIONS_WRITE", "USERS_READ"],
    declare: "$id: ID!",
    use: "(input: { connectionId: $id }) { examined users { email } }",
    make: async (house) => ({ id: await things.makeConnection(house) }),
  },
  previewSignIn: {
    needs: ["CONNECTIONS_WRITE", "USERS_READ"],
    declare: "$id: ID!, $reference: String",
    use: "(connectionId: $id, reference: $reference) { claims decision { kind } }",
    make: things.makeSignIn,
  },
  signInAttempt: {
    nullElsewhere: true,
    needs: ["CONNECTIONS_READ"],
    declare: "$reference: String!",
    use: "(reference: $reference) { id reference email }",
    make: async (house) => ({ reference: (await things.makeSignIn(house)).reference }),
  },
  signInAttempts: ofHome(["CONNECTIONS_READ"], "id reference email"),
  ssoConnections: ofHome(["CONNECTIONS_READ"], "id displayName"),
  ssoRequirement: {
    needs: ["ORGANIZATION_WRITE"],
    declare: "$organizationId: ID!",
    use: "(organizationId: $organizationId) { obstacles affectedUsers }",
    make: home,
  },
  trainingStarts: { ...ofHome(["TRAINING_READ"], "id userId"), ofOneself: true },
  user: foundById(["USERS_READ"], "id email", async (house) => ({ id: await things.makeUser(house) })),
  users: ofHome(["USERS_READ"], "id email"),
  viewer: { needs: "NOTHING", use: "{ permissions }" },
  webhookDeliveries: {
    needs: ["WEBHOOKS_WRITE"],
    declare: "$id: ID!",
    use: "(endpointId: $id) { totalCount }",
    make: async (house) => ({ id: await things.makeEndpoint(house) }),
  },
  webhookEndpoint: foundById(["WEBHOOKS_WRITE"], "id url", async (house) => ({ id: await things.makeEndpoint(house) })),
  webhookEndpoints: ofHome(["WEBHOOKS_WRITE"], "id url"),
  webhookRedelivery: foundById(["WEBHOOKS_WRITE"], "id state", async (house) => ({
    id: await things.makeRedelivery(house),
  })),
};

const mappings = (type: string, needs: readonly Permission[], make: (house: House) => Promise<Variables> | Variables) =>
  byInput(needs, type, "connection { id }", async (house) => ({
    connectionId: await things.makeConnection(house),
    mappings: [await make(house)],
  }));

export const MUTATIONS: Readonly<Record<string, Entry>> = {
  activateConnection: byId(["CONNECTIONS_WRITE"], "connection { state }", async (house) => ({
    id: await things.makeConnection(house),
  })),
  addDomain: byInput(["ORGANIZATION_WRITE"], "AddDomainInput", "domain { id }", (house) => ({
    ...home(house),
    domain: `${house.word()}.example`,
  })),
  addMember: byInput(["USERS_WRITE"], "AddMemberInput", "member { id }", async (house) => ({
    organizationId: house.other.organizationId,
    userId: await things.makeUser(house),
  })),
  addUsersToGroup: byInput(["GROUPS_WRITE"], "AddUsersToGroupInput", "group { id }", async (house) => ({
    groupId: await things.makeGroup(house),
    userIds: [await things.makeUser(house)],
  })),
  approveLinkRequest: byId(["USERS_WRITE"], "linkRequest { id }", async (house) => ({
    id: await things.makeLinkRequest(house),
  })),
  approveUser: byId(["USERS_WRITE"], "user { id }", async (house) => ({ id: await things.makePendingUser(house) })),
  approveUsers: byIds(["USERS_WRITE"], things.makePendingUser),
  archiveUser: byId(["USERS_WRITE"], "user { id }", async (house) => ({ id: await things.makeUser(house) })),
  archiveUsers: byIds(["USERS_WRITE"], things.makeUser),
  archiveCourse: byId(["TRAINING_WRITE"], "course { id }", async (house) => ({ id: await things.makeCourse(house) })),
  assignCoursesToGroup: byInput(["TRAINING_WRITE"], "AssignCoursesToGroupInput", "group { id }", async (house) => ({
    groupId: await things.makeGroup(house),
    courseIds: [await things.makeCourse(house)],
  })),
  changeAuthMethod: {
    needs: ["USERS_WRITE"],
    declare: "$input: ChangeAuthMethodInput!",
    use: "(input: $input) { results { ok code } }",
    make: async (house) => ({ input: { userIds: [await things.makeUser(house)] } }),
  },
  correctResult: byInput(["TRAINING_WRITE"], "CorrectResultInput", "result { id }", async (house) => ({
    id: await things.makeResult(house),
    score: 1,
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
  createCourse: byInput(["TRAINING_WRITE"], "CreateCourseInput", "course { id }", (house) => ({
    ...home(house),
    title: house.word(),
  })),
  createFilter: byInput(["TRAINING_WRITE"], "CreateFilterInput", "filter { id }", (house) => ({
    ...home(house),
    question: house.word(),
    answers: ["Yes"],
  })),
  createGroup: byInput(["GROUPS_WRITE"], "CreateGroupInput", "group { id }", (house) => ({
    ...home(house),
    name: house.word(),
  })),
  createOrganization: byInput("OPERATOR", "CreateOrganizationInput", "organization { id }", ({ word }) => ({
    name: "A",
    slug: word(),
  })),
  createProvisioningDirectory: byInput(
    ["CONNECTIONS_WRITE"],
    "CreateProvisioningDirectoryInput",
    "directory { id } token",
    home,
  ),
  createRole: byInput(["ORGANIZATION_WRITE"], "CreateRoleInput", "role { id }", (house) => ({
    ...home(house),
    key: house.word().toUpperCase(),
    name: "Role",
    rank: 5,
    permissions: [],
  })),
  createSignInLink: byInput(["USERS_WRITE"], "CreateSignInLinkInput", "expiresAt", async (house) => ({
    ...home(house),
    userId: await things.makeUser(house),
  })),
  createUser: byInput(["USERS_WRITE"], "CreateUserInput", "user { id }", (house) => ({
    ...home(house),
    email: `${house.word()}@acme.test`,
    firstName: "A",
    lastName: "B",
  })),
  inviteUser: byInput(["USERS_WRITE"], "InviteUserInput", "user { id }", (house) => ({
    ...home(house),
    email: `${house.word()}@acme.test`,
  })),
  resendInvitation: byInput(["USERS_WRITE"], "ResendInvitationInput", "user { id }", async (house) => ({
    id: await things.makeInvitation(house),
  })),
  revokeInvitation: byId(["USERS_WRITE"], "user { id }", async (house) => ({ id: await things.makeInvitation(house) })),
  createWebhookEndpoint: byInput(["WEBHOOKS_WRITE"], "CreateWebhookEndpointInput", "endpoint { id }", (house) => ({
    ...home(house),
    url: house.receiver.url,
  })),
  deleteConnection: byId(["CONNECTIONS_WRITE"], "connection { id }", async (house) => ({
    id: await things.makeConnection(house),
  })),
  deleteFilter: byId(["TRAINING_WRITE"], "filter { id }", async (house) => ({
    id: (await things.makeFilter(house)).id,
  })),
  deleteGroup: byId(["GROUPS_WRITE"], "group { id }", async (house) => ({ id: await things.makeGroup(house) })),
  deleteOrganization: byInput("OPERATOR", "DeleteOrganizationInput", "id", async (house) => {
    const { id, slug } = await things.makeOrganization(house);
    return { id, confirmSlug: slug };
  }),
  deleteRole: byId(["ORGANIZATION_WRITE"], "role { id }", async (house) => ({ id: await things.makeRole(house) })),
  deleteProvisioningDirectory: byId(["CONNECTIONS_WRITE"], "directory { id }", async (house) => ({
    id: await things.makeDirectory(house),
  })),
  deleteUser: byId(["USERS_WRITE"], "user { id }", async (house) => ({ id: await things.makeUser(house) })),
  deleteUsers: byIds(["USERS_WRITE"], things.makeUser),
  deleteWebhookEndpoint: byId(["WEBHOOKS_WRITE"], "id", async (house) => ({ id: await things.makeEndpoint(house) })),
  disableConnection: byId(["CONNECTIONS_WRITE"], "connection { state }", async (house) => ({
    id: await things.makeConnection(house, true),
  })),
  disableUser: byId(["USERS_WRITE"], "user { id }", async (house) => ({ id: await things.makeUser(house) })),
  disableUsers: byIds(["USERS_WRITE"], things.makeUser),
  disableWebhookEndpoint: byId(["WEBHOOKS_WRITE"], "endpoint { id }", async (house) => ({
    id: await things.makeEndpoint(house),
  })),
  enableUser: byId(["USERS_WRITE"], "user { id }", async (house) => ({
    id: await things.makeInactiveUser(house, "disableUser"),
  })),
  enableUsers: byIds(["USERS_WRITE"], (house) => things.makeInactiveUser(house, "disableUser")),
  enableWebhookEndpoint: byId(["WEBHOOKS_WRITE"], "endpoint { id }", async (house) => ({
    id: await things.makeDisabledEndpoint(house),
  })),
  recordResult: byInput(["TRAINING_WRITE"], "RecordResultInput", "result { id }", things.makeTraining),
  redeliver: byInput(["WEBHOOKS_WRITE"], "RedeliverInput", "redelivery { id }", async (house) => ({
    endpointId: await things.makeEndpoint(house),
    sinceSequence: 1,
  })),
  rejectLinkRequest: byId(["USERS_WRITE"], "linkRequest { id }", async (house) => ({
    id: await things.makeLinkRequest(house),
  })),
  rejectUser: byId(["USERS_WRITE"], "user { id }", async (house) => ({ id: await things.makePendingUser(house) })),
  rejectUsers: byIds(["USERS_WRITE"], things.makePendingUser),
  relinkIdentities: byInput(["USERS_WRITE"], "RelinkIdentitiesInput", "hasMore", async (house) => ({
    fromConnectionId: await things.makeConnection(house),
    toConnectionId: await things.makeConnection(house, true),
  })),
  relinkIdentity: byInput(["USERS_WRITE"], "RelinkIdentityInput", "identity { id }", async (house) => ({
    identityId: await things.makeIdentity(house),
    userId: await things.makeUser(house),
  })),
  removeDomain: byId(["ORGANIZATION_WRITE"], "domain { id }", async (house) => ({
    id: await things.makeDomain(house),
  })),
  removeMember: byInput(["USERS_WRITE"], "RemoveMemberInput", "member { id }", async (house) => ({
    ...home(house),
    userId: await things.makeMember(house),
  })),
  removePassword: byId(["USERS_WRITE"], "user { id }", async (house) => ({ id: await things.makeLocalUser(house) })),
  removeUsersFromGroup: byInput(["GROUPS_WRITE"], "RemoveUsersFromGroupInput", "group { id }", async (house) => {
    const input = { groupId: await things.makeGroup(house), userIds: [await things.makeUser(house)] };
    await house.usher.ask(
      `mutation ($input: AddUsersToGroupInput!) { addUsersToGroup(input: $input) { group { id } } }`,
      { input },
    );
    return input;
  }),
  restoreCourse: byId(["TRAINING_WRITE"], "course { id }", async (house) => ({
    id: await things.makeArchivedCourse(house),
  })),
  restoreUser: byId(["USERS_WRITE"], "user { id }", async (house) => ({
    id: await things.makeInactiveUser(house, "archiveUser"),
  })),
  restoreUsers: byIds(["USERS_WRITE"], (house) => things.makeInactiveUser(house, "archiveUser")),
  revokeApiKey: byId(["ORGANIZATION_WRITE"], "apiKey { id }", async (house) => ({
    id: await things.makeApiKey(house),
  })),
  revokeSession: byId(["USERS_WRITE"], "session { id }", async (house) => ({
    id: (await things.makeSession(house)).id,
  })),
  revokeSessions: byInput(["USERS_WRITE"], "RevokeSessionsInput", "count", async (house) => ({
    userId: (await things.makeSession(house)).userId,
  })),
  rotateApiKey: byInput(["ORGANIZATION_WRITE", "USERS_READ"], "RotateApiKeyInput", "key", async (house) => ({
    id: await things.makeApiKey(house),
  })),
  rotateConnectionKey: byInput(
    ["CONNECTIONS_WRITE"],
    "RotateConnectionKeyInput",
    "connection { clientKeys { state } }",
    async (house) => ({
      id: await things.makeConnection(house, false, { clientAuthentication: "private_key_jwt" }),
      step: "PUBLISH_NEXT",
    }),
  ),
  releaseProvisioningDirectory: byInput(
    ["CONNECTIONS_WRITE"],
    "ReleaseProvisioningDirectoryInput",
    "directory { id }",
    async (house) => ({ id: await things.makeDirectory(house) }),
  ),
  rotateProvisioningToken: byId(["CONNECTIONS_WRITE"], "token", async (house) => ({
    id: await things.makeDirectory(house),
  })),
  rotateWebhookSecret: byInput(["WEBHOOKS_WRITE"], "RotateWebhookSecretInput", "endpoint { id }", async (house) => ({
    id: await things.makeEndpoint(house),
  })),
  setAttributeMappings: mappings("SetAttributeMappingsInput", ["MAPPINGS_WRITE"], () => ({
    claim: "dept",
    field: "department",
  })),
  setPassword: byInput(["USERS_WRITE"], "SetPasswordInput", "user { id }", async (house) => ({
    userId: await things.makeLocalUser(house),
    password: "violet otter on a bicycle",
  })),
  setGroupMappings: mappings("SetGroupMappingsInput", ["MAPPINGS_WRITE"], async (house) => ({
    claim: "groups",
    operator: "EQUALS",
    value: "G1",
    groupId: await things.makeGroup(house),
  })),
  setGroupManagers: byInput(
    ["GROUPS_WRITE", "TRAINING_READ"],
    "SetGroupManagersInput",
    "group { id }",
    async (house) => ({ groupId: await things.makeGroup(house), userIds: [await things.makeUser(house)] }),
  ),
  setMemberRoles: byInput(["USERS_WRITE"], "SetMemberRolesInput", "member { id }", async (house) => ({
    ...home(house),
    userId: await things.makeMember(house),
    roleKeys: ["USER"],
  })),
  setEventRetention: byInput(["ORGANIZATION_WRITE"], "SetEventRetentionInput", "days", (house) => ({
    ...home(house),
    days: 365,
  })),
  setModuleCourses: byInput(["TRAINING_WRITE"], "SetModuleCoursesInput", "course { id }", async (house) => ({
    moduleId: await things.makeCourse(house, "MODULE"),
    courseIds: [await things.makeCourse(house)],
  })),
  inviteOperator: byInput("OPERATOR", "InviteOperatorInput", "operator { id } expiresAt", ({ word }) => ({
    email: `${word()}@usher.test`,
    fullName: "Another operator",
  })),
  removeOperator: byId("OPERATOR", "operator { id }", async (house) => ({ id: await things.makeOperator(house) })),
  // The account has every permission, so the caller needs them too. TRAINING_READ includes TEAM_TRAINING_READ.
  setBreakGlass: byInput(
    ALL_PERMISSIONS.filter((permission) => permission !== "TEAM_TRAINING_READ"),
    "SetBreakGlassInput",
    "user { id }",
    async (house) => ({
      userId: (await makePasswordAdministrator(house.usher, house.home.organizationId)).id,
      breakGlass: true,
    }),
  ),
  setOwner: byInput("OPERATOR", "SetOwnerInput", "organization { id }", async (house) => ({
    ...home(house),
    userId: await things.makeAdministrator(house),
  })),
  setRoleMappings: mappings("SetRoleMappingsInput", ["MAPPINGS_WRITE"], () => ({
    claim: "groups",
    operator: "EQUALS",
    value: "G1",
    roleKey: "USER",
  })),
  startTraining: byInput(["TRAINING_WRITE"], "StartTrainingInput", "start { id }", things.makeTraining),
  startConsent: {
    needs: ["CONNECTIONS_WRITE"],
    declare: "$id: ID!",
    use: "(connectionId: $id) { url }",
    make: async (house) => ({ id: await things.makeConsentingConnection(house) }),
  },
  startTestSignIn: {
    needs: ["CONNECTIONS_WRITE"],
    declare: "$id: ID!",
    use: "(connectionId: $id) { startUrl }",
    make: async (house) => ({ id: await things.makeConnection(house) }),
  },
  switchOrganization: {
    needs: "SELF",
    declare: "$organizationId: ID!",
    use: "(organizationId: $organizationId) { organization { id } }",
    make: home,
  },
  testConnection: byId(["CONNECTIONS_WRITE"], "findings { check }", async (house) => ({
    id: await things.makeConnection(house),
  })),
  testProvisioningDirectory: byId(["CONNECTIONS_WRITE"], "steps { outcome }", async (house) => ({
    id: await things.makeDirectory(house),
  })),
  testWebhookEndpoint: byId(["WEBHOOKS_WRITE"], "endpoint { id }", async (house) => ({
    id: await things.makeEndpoint(house),
  })),
  unmergeIdentity: byId(["USERS_WRITE"], "identity { id }", async (house) => ({
    id: await things.makeMergedIdentity(house),
  })),
  unassignCoursesFromGroup: byInput(
    ["TRAINING_WRITE"],
    "UnassignCoursesFromGroupInput",
    "group { id }",
    things.makeAssignment,
  ),
  setUserAnswers: byInput(["TRAINING_WRITE"], "SetUserAnswersInput", "user { id }", async (house) => {
    const { id: filterId, answerId } = await things.makeFilter(house);
    return { ...home(house), userId: await things.makeUser(house), answers: [{ filterId, answerId }] };
  }),
  updateConnection: byInput(["CONNECTIONS_WRITE"], "UpdateConnectionInput", "connection { id }", async (house) => ({
    id: await things.makeConnection(house),
    displayName: house.word(),
  })),
  updateCourse: byInput(["TRAINING_WRITE"], "UpdateCourseInput", "course { id }", async (house) => ({
    id: await things.makeCourse(house),
    title: house.word(),
  })),
  updateFilter: byInput(["TRAINING_WRITE"], "UpdateFilterInput", "filter { id }", async (house) => ({
    id: (await things.makeFilter(house)).id,
    question: house.word(),
  })),
  updateGroup: byInput(["GROUPS_WRITE"], "UpdateGroupInput", "group { id }", async (house) => ({
    id: await things.makeGroup(house),
    name: house.word(),
  })),
  updateInstallation: byInput("OPERATOR", "UpdateInstallationInput", "installation { ssoAllowed }", () => ({
    ssoAllowed: true,
  })),
  updateMyProfile: byInput("SELF", "UpdateMyProfileInput", "user { id }", ({ word }) => ({
    profile: { department: word() },
  })),
  updateOrganization: byInput(["ORGANIZATION_WRITE"], "UpdateOrganizationInput", "organization { id }", (house) => ({
    id: house.home.organizationId,
    supportContact: house.word(),
  })),
  setProvisioningAssertions: byInput(
    ["CONNECTIONS_WRITE"],
    "SetProvisioningAssertionsInput",
    "directory { id }",
    async (house) => ({ id: await things.makeDirectory(house) }),
  ),
  setProvisioningMappings: byInput(
    ["MAPPINGS_WRITE"],
    "SetProvisioningMappingsInput",
    "directory { id }",
    async (house) => ({ directoryId: await things.makeDirectory(house), assignableRoleKeys: ["USER"] }),
  ),
  updateProvisioningDirectory: byInput(
    ["CONNECTIONS_WRITE"],
    "UpdateProvisioningDirectoryInput",
    "directory { id }",
    async (house) => ({ id: await things.makeDirectory(house), name: house.word() }),
  ),
  updateRole: byInput(["ORGANIZATION_WRITE"], "UpdateRoleInput", "role { id }", async (house) => ({
    id: await things.makeRole(house),
    name: house.word(),
  })),
  resetSecondFactors: byId(["USERS_WRITE"], "user { id }", async (house) => ({
    id: await things.makeLocalUser(house),
  })),
  unlockUser: byId(["USERS_WRITE"], "user { id }", async (house) => ({ id: await things.makeLocalUser(house) })),
  updateUser: byInput(["USERS_WRITE"], "UpdateUserInput", "user { id }", async (house) => ({
    id: await things.makeUser(house),
    firstName: house.word(),
  })),
  updateWebhookEndpoint: byInput(
    ["WEBHOOKS_WRITE"],
    "UpdateWebhookEndpointInput",
    "endpoint { id }",
    async (house) => ({
      id: await things.makeEndpoint(house),
      timeoutSeconds: 5,
    }),
  ),
  verifyDomain: byId(["ORGANIZATION_WRITE"], "domain { verifiedAt }", async (house) => ({
    id: await things.makeDomain(house),
  })),
};
