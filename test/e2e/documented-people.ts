/** The documented operations about people, in the organization of `documented-operations.test.ts`. */
import { expect } from "@jest/globals";
import { createBrowser, type Browser } from "../../testing/browser.js";
import { signInAtOpenIdProvider } from "../support/providers/openid/driver.js";
import { OPERATOR_KEY, type TestUsher } from "../support/usher.js";

/** An installation with two people: Ada is signed in, and Alan has a prepared account. */
export interface World {
  readonly usher: TestUsher;
  /** The browser in which Ada is signed in. */
  readonly browser: Browser;
  readonly organizationId: string;
  readonly connectionId: string;
  /** Runs a documented operation, by default with the organization's key. */
  // any: the shape is what the operation asks for
  readonly ask: (name: string, variables?: Record<string, unknown>, as?: string | null) => Promise<any>;
  readonly documentOf: (name: string) => string;
  /** TXT records of the DNS, by name. */
  readonly txtRecords: Map<string, string>;
}

/** People of the provider. Only these operations use them. */
export const FURTHER_PEOPLE = ["mary", "nora", "olga", "pete"] as const;

const addressOf = (name: string) => `${name}@acme.example`;

async function signIn({ usher, connectionId }: World, name: string): Promise<void> {
  await signInAtOpenIdProvider(createBrowser(), `${usher.url}/sso/${connectionId}/start`, name);
}

async function userIdOf({ ask, organizationId }: World, name: string): Promise<string> {
  return (await ask("Users", { organizationId, filter: { search: addressOf(name) } })).users.nodes[0].id;
}

async function setPolicies({ ask, connectionId: id }: World, policies: object, confirmAffectedUsers?: number) {
  await ask("UpdateConnection", { input: { id, policies, confirmAffectedUsers } });
}

async function mapsClaims(world: World): Promise<void> {
  const { ask, organizationId, connectionId } = world;
  const { group } = (await ask("CreateGroup", { input: { organizationId, name: "Engineers" } })).createGroup;
  const set = async (operation: string, mappings: readonly object[]) =>
    await ask(operation, { input: { connectionId, mappings } });
  await set("SetAttributeMappings", [{ claim: "team", field: "custom.team" }]);
  await set("SetRoleMappings", [{ claim: "groups", operator: "ONE_OF", values: ["staff", "all"], roleKey: "USER" }]);
  await set("SetGroupMappings", [
    { claim: "groups", operator: "EQUALS", value: "r&d", ignoreCase: true, groupId: group.id },
  ]);
  expect((await ask("Mappings", { connectionId })).connection).toMatchObject({
    attributeMappings: [{ position: 1, claim: "team", field: "custom.team" }],
    roleMappings: [{ operator: "ONE_OF", values: ["staff", "all"], role: { key: "USER" } }],
    groupMappings: [{ operator: "EQUALS", values: ["r&d"], ignoreCase: true, group: { name: "Engineers" } }],
  });
  const { user } = await ask("WhereFrom", { userId: await userIdOf(world, "ada") });
  expect(user.roleGrants).toMatchObject([{ role: { key: "USER" }, source: "DEFAULT" }]);
  expect(user.fieldValues).toContainEqual(
    expect.objectContaining({ field: "email", source: "SSO", sourceId: connectionId, value: addressOf("ada") }),
  );
}

async function linksPeople(world: World): Promise<void> {
  const { ask, organizationId, connectionId } = world;
  for (const name of ["mary", "nora"]) {
    const names = { firstName: name, lastName: "Local", authMethod: "PASSWORD" };
    await ask("CreateUser", { input: { organizationId, email: addressOf(name), ...names } });
  }
  const [mary, nora] = [await userIdOf(world, "mary"), await userIdOf(world, "nora")];

  await setPolicies(world, { accountLinking: "ADMIN_LINK" });
  for (const name of ["mary", "nora"]) await signIn(world, name);
  const { nodes } = (await ask("LinkRequests", { organizationId })).linkRequests;
  expect(nodes).toMatchObject([
    { email: addressOf("nora"), user: { id: nora, authMethod: "PASSWORD", identities: [] } },
    { email: addressOf("mary"), user: { id: mary } },
  ]);
  const [ofNora, ofMary] = nodes;
  expect((await ask("ApproveLinkRequest", { id: ofMary.id })).approveLinkRequest.linkRequest.state).toBe("APPROVED");
  expect((await ask("RejectLinkRequest", { id: ofNora.id })).rejectLinkRequest.linkRequest.state).toBe("REJECTED");

  const effect = { connectionId, accountLinking: "MERGE_BY_EMAIL" };
  const { affectedUsers } = (await ask("AccountLinkingEffect", effect)).accountLinkingEffect;
  expect(affectedUsers).toBe(0);
  await setPolicies(world, { accountLinking: "MERGE_BY_EMAIL" }, affectedUsers);
  await signIn(world, "nora");
  const merged = (await ask("User", { id: nora })).user.identities;
  expect(merged).toMatchObject([{ subject: "nora" }]);
  const off = { connectionId, accountLinking: "NONE" };
  expect((await ask("AccountLinkingEffect", off)).accountLinkingEffect).toMatchObject({
    affectedUsers: 1,
    users: { nodes: [{ id: nora, email: addressOf("nora") }] },
  });
  expect((await ask("UnmergeIdentity", { id: merged[0].id })).unmergeIdentity.identity).toMatchObject({
    linkKind: "MERGED",
    retiredAt: expect.any(String),
  });
  await setPolicies(world, { accountLinking: "NONE" });

  const { issuer } = merged[0];
  const alan = await userIdOf(world, "alan");
  const relink = { connectionId, issuer, subject: "mary", userId: alan };
  expect((await ask("RelinkIdentity", { input: relink })).relinkIdentity.identity.subject).toBe("mary");

  const settings = { discoveryUrl: "https://id.example/.well-known/openid-configuration", clientId: "usher" };
  const another = { organizationId, displayName: "Another", settings: { oidc: settings } };
  const { id } = (await ask("CreateConnection", { input: another })).createConnection.connection;
  const move = { fromConnectionId: connectionId, toConnectionId: id, userIds: [alan, nora], dryRun: true };
  const { results, hasMore } = (await ask("RelinkIdentities", { input: move })).relinkIdentities;
  expect(results).toMatchObject([
    { userId: alan, ok: true, code: null },
    { userId: nora, ok: false, code: "NOT_FOUND" },
  ]);
  expect(hasMore).toBe(false);
  await ask("DeleteConnection", { id });
}

async function setsPasswords(world: World): Promise<void> {
  const { ask } = world;
  const mary = await userIdOf(world, "mary");
  const input = { userId: mary, password: "violet otter on a bicycle" };
  expect((await ask("SetPassword", { input })).setPassword.user.id).toBe(mary);
  expect((await ask("UnlockUser", { id: mary })).unlockUser.user).toMatchObject({
    lockedUntil: null,
    passwordSetAt: expect.any(String),
  });
  expect((await ask("SecondFactors", { id: mary })).user).toEqual({
    id: mary,
    recoveryCodesLeft: 0,
    secondFactors: [],
  });
  expect((await ask("ResetSecondFactors", { id: mary })).resetSecondFactors.user.id).toBe(mary);
  expect((await ask("RemovePassword", { id: mary })).removePassword.user.passwordSetAt).toBeNull();
}

async function invites({ ask, organizationId }: World): Promise<void> {
  const person = { email: "guest@acme.test", firstName: "Gu", lastName: "Est", roleKeys: ["USER"] };
  const { invitation } = (await ask("InviteUser", { input: { organizationId, ...person } })).inviteUser;
  expect(invitation).toMatchObject({ state: "OPEN", url: expect.stringContaining("/invitation/") });
  const { id } = invitation;
  const listed = (await ask("Invitations", { organizationId })).users.nodes;
  expect(listed).toMatchObject([{ id, email: person.email, invitation: { state: "OPEN" } }]);
  const again = (await ask("ResendInvitation", { input: { id, sendMail: false } })).resendInvitation.invitation;
  expect(again.url).not.toBe(invitation.url);
  expect((await ask("RevokeInvitation", { id })).revokeInvitation.user.status).toBe("ARCHIVED");
}

async function changesStatuses(world: World): Promise<void> {
  const { ask, organizationId } = world;
  const alan = await userIdOf(world, "alan");
  for (const [operation, status] of [
    ["DisableUser", "DISABLED"],
    ["DisableUser", "DISABLED"],
    ["EnableUser", "ACTIVE"],
    ["ArchiveUser", "ARCHIVED"],
    ["RestoreUser", "ACTIVE"],
  ] as const) {
    const [payload] = Object.values(await ask(operation, { id: alan })) as [{ user: { status: string } }];
    expect(payload.user.status).toBe(status);
  }
  expect((await ask("DisableUsers", { ids: [alan, "nobody"] })).disableUsers.results).toMatchObject([
    { userId: alan, ok: true },
    { userId: "nobody", ok: false, code: "NOT_FOUND", details: { type: "user" } },
  ]);

  await setPolicies(world, { jitActivation: "PENDING_APPROVAL" });
  for (const name of ["olga", "pete"]) await signIn(world, name);
  await setPolicies(world, { jitActivation: "ACTIVE" });
  const waiting = { organizationId, filter: { status: ["PENDING_APPROVAL"] } };
  expect((await ask("CountUsers", waiting)).users.totalCount).toBe(2);
  const [olga, pete] = [await userIdOf(world, "olga"), await userIdOf(world, "pete")];
  expect((await ask("ApproveUsers", { ids: [olga, alan] })).approveUsers.results).toMatchObject([
    { ok: true },
    { ok: false, code: "USER_STATUS_CONFLICT", details: { status: "DISABLED", instead: "ENABLE" } },
  ]);
  expect((await ask("RejectUsers", { ids: [pete] })).rejectUsers.results).toMatchObject([{ ok: true }]);
  expect((await ask("DeleteUser", { id: pete })).deleteUser.user.id).toBe(pete);

  for (const operation of ["EnableUsers", "ArchiveUsers", "RestoreUsers", "DeleteUsers"]) {
    const [payload] = Object.values(await ask(operation, { ids: [olga] })) as [{ results: object[] }];
    expect([operation, payload.results]).toEqual([operation, [expect.objectContaining({ userId: olga, ok: true })]]);
  }
  for (const [operation, status] of [
    ["ApproveUser", "ACTIVE"],
    ["RejectUser", "ARCHIVED"],
  ] as const) {
    await setPolicies(world, { jitActivation: "PENDING_APPROVAL" });
    await signIn(world, "pete");
    await setPolicies(world, { jitActivation: "ACTIVE" });
    const id = await userIdOf(world, "pete");
    const [payload] = Object.values(await ask(operation, { id })) as [{ user: { status: string } }];
    expect(payload.user.status).toBe(status);
    await ask("DeleteUser", { id });
  }
}

async function keepsRoles({ ask, organizationId }: World): Promise<void> {
  const input = { organizationId, key: "COACH", name: "Coach", rank: 15, permissions: ["USERS_READ"] };
  const { id } = (await ask("CreateRole", { input })).createRole.role;
  expect((await ask("UpdateRole", { input: { id, name: "Trainer" } })).updateRole.role).toMatchObject({
    id,
    key: "COACH",
    name: "Trainer",
  });
  expect((await ask("DeleteRole", { id })).deleteRole.role.id).toBe(id);
}

async function keepsInstallation({ ask }: World): Promise<void> {
  const asOperator = (name: string, variables: Record<string, unknown> = {}) => ask(name, variables, OPERATOR_KEY);
  expect((await asOperator("Installation")).installation).toEqual({ ssoAllowed: true, version: expect.any(String) });
  const input = { ssoAllowed: true };
  expect((await asOperator("UpdateInstallation", { input })).updateInstallation.installation).toEqual(input);
  const made = await asOperator("CreateOrganization", { input: { name: "Short", slug: "short-lived" } });
  const { id } = made.createOrganization.organization;
  const { parts } = (await asOperator("OrganizationDeletion", { id })).organizationDeletion;
  const deletion = { input: { id, confirmSlug: "short-lived" } };
  expect((await asOperator("DeleteOrganization", deletion)).deleteOrganization).toEqual({ id, parts });
}

async function provesDomains({ ask, organizationId, txtRecords }: World): Promise<void> {
  const { domain } = (await ask("AddDomain", { input: { organizationId, domain: "Acme.Example" } })).addDomain;
  expect((await ask("Domains", { slug: "acme" })).organization.domains).toEqual([{ ...domain, verifiedAt: null }]);
  txtRecords.set(domain.txtRecord.name, domain.txtRecord.value);
  expect((await ask("VerifyDomain", { id: domain.id })).verifyDomain.domain).toEqual({
    id: domain.id,
    domain: "acme.example",
    verifiedAt: expect.any(String),
  });
  await ask("RemoveDomain", { id: domain.id });
  expect((await ask("Domains", { slug: "acme" })).organization.domains).toEqual([]);
}

async function endsSessions(world: World): Promise<void> {
  const { ask } = world;
  for (const _session of ["second", "third"]) await signIn(world, "ada");
  const { nodes } = (await askInBrowser(world, "Sessions", {})).viewer.sessions;
  expect(nodes).toMatchObject([
    { current: false },
    { current: false },
    { current: true, connection: { displayName: "Acme ID" } },
  ]);
  const userId = await userIdOf(world, "ada");
  expect((await ask("SessionsOfUser", { userId })).sessions.nodes).toHaveLength(3);
  expect((await ask("RevokeSession", { id: nodes[0].id })).revokeSession.session.id).toBe(nodes[0].id);
  const { revokeSessions } = await askInBrowser(world, "RevokeSessions", { input: { keepCurrent: true } });
  expect(revokeSessions.count).toBe(1);
}

/** Runs a documented operation in the browser in which Ada is signed in. */
async function askInBrowser({ browser, documentOf, usher }: World, name: string, variables: object) {
  const text = JSON.stringify({ query: documentOf(name), variables });
  return JSON.parse((await browser.send("POST", `${usher.url}/graphql`, { type: "application/json", text })).text).data;
}

async function keepsMembers(world: World): Promise<void> {
  const { ask, organizationId } = world;
  const other = (await ask("CreateOrganization", { input: { name: "Other", slug: "other" } }, OPERATOR_KEY))
    .createOrganization.organization;
  const [ada, grace] = [await userIdOf(world, "ada"), await userIdOf(world, "grace")];
  const place = { organizationId: other.id, userId: ada };
  const added = await ask("AddMember", { input: place }, OPERATOR_KEY);
  expect(added.addMember.member).toMatchObject({ id: ada, guestMemberships: [{ organizationId: other.id }] });
  const change = { input: { ...place, roleKeys: ["AUDITOR"] }, organizationId: other.id };
  const changed = await ask("SetMemberRoles", change, OPERATOR_KEY);
  expect(changed.setMemberRoles.member.membership.roles).toEqual([{ id: expect.any(String), key: "AUDITOR" }]);

  for (const [id, slug] of [
    [other.id, "other"],
    [organizationId, "acme"],
  ]) {
    const data = await askInBrowser(world, "SwitchOrganization", { organizationId: id });
    expect(data.switchOrganization.organization.slug).toBe(slug);
  }
  expect((await ask("RemoveMember", { input: place }, OPERATOR_KEY)).removeMember.member.id).toBe(ada);
  const owned = await ask("SetOwner", { input: { organizationId, userId: grace } }, OPERATOR_KEY);
  expect(owned.setOwner.organization.owner.id).toBe(grace);

  const [group] = (await ask("Groups", { organizationId })).groups.nodes;
  expect(group).toMatchObject({ name: "Engineers", memberCount: 0 });
  const input = { groupId: group.id, userIds: [ada, "nobody"] };
  expect((await ask("AddUsersToGroup", { input })).addUsersToGroup).toMatchObject({
    group: { memberCount: 1 },
    results: [
      { userId: ada, ok: true },
      { userId: "nobody", ok: false, code: "NOT_FOUND" },
    ],
  });
  expect((await ask("RemoveUsersFromGroup", { input })).removeUsersFromGroup.group.memberCount).toBe(0);
  const made = (await ask("CreateGroup", { input: { organizationId, name: "Readers" } })).createGroup.group;
  const renamed = { input: { id: made.id, name: "Writers" } };
  expect((await ask("UpdateGroup", renamed)).updateGroup.group).toMatchObject({ id: made.id, name: "Writers" });
  expect((await ask("DeleteGroup", { id: made.id })).deleteGroup.group.id).toBe(made.id);
  const profile = { input: { profile: { phone: "+43 1 234" } } };
  const { user } = (await askInBrowser(world, "UpdateMyProfile", profile)).updateMyProfile;
  expect(user.profile).toContainEqual({ field: expect.stringMatching(/phone/i), value: "+43 1 234" });
  expect((await ask("Seats", { organizationId })).seats).toMatchObject({
    seatsInUse: 0,
    totalSeats: null,
    holders: { nodes: [] },
  });
}

/** The order matters, because each operation continues with the data of the one before. */
export const PEOPLE_OPERATIONS: readonly (readonly [string, (world: World) => Promise<void>])[] = [
  ["maps claims to fields, roles and groups, and reads the sources of values", mapsClaims],
  ["decides link requests, merges and unmerges, relinks, and previews a move", linksPeople],
  ["sets a password", setsPasswords],
  ["invites a person, again, and takes it back", invites],
  ["disables, archives, approves and deletes one or many users", changesStatuses],
  ["creates, changes and deletes a role", keepsRoles],
  ["reads and changes the installation, and deletes an organization", keepsInstallation],
  ["proves a domain", provesDomains],
  ["lists and revokes sessions", endsSessions],
  ["changes members, an owner and groups, and reads seats", keepsMembers],
];
