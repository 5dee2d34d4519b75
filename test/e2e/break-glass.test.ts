/** Break-glass accounts: no door finds, links, changes or removes them, and an organization that requires single sign-on keeps one. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createBrowser } from "../../testing/browser.js";
import { KEEPER_PASSWORD, makePasswordAdministrator, markBreakGlass, requireSsoOf } from "../support/break-glass.js";
import { executeOn } from "../support/execute-on.js";
import { startHostileOpenIdProvider, type HostileOpenIdProvider } from "../support/providers/hostile-openid/index.js";
import { createScimClient, describeUser, GROUP } from "../support/scim.js";
import { addAppAndGoOn } from "../support/second-factor.js";
import { createTenant, makePerson, whoIsSignedIn, type Tenant, type TenantOptions } from "../support/tenant.js";
import { startTestUsher, type TestUsher } from "../support/usher.js";

const OPERATOR_CONTACT = "operator@usher.test";
let usher: TestUsher;
let provider: HostileOpenIdProvider;
beforeAll(async () => {
  const environment = { USHER_OPERATOR_CONTACT: OPERATOR_CONTACT };
  [usher, provider] = await Promise.all([startTestUsher({ environment }), startHostileOpenIdProvider()]);
});
afterAll(async () => {
  await usher.stop();
  await provider.close();
});

const execute = (sql: string, ...parameters: (string | number | null)[]) =>
  executeOn(usher.databaseUrl, sql, parameters);

/** An organization with a break-glass account, which has a username and an employee ID. */
async function makeOffice(options: TenantOptions = {}) {
  const tenant = await createTenant(usher, provider, options);
  const fields = { username: "kay", employeeId: "4711" };
  const { id, email } = await makePasswordAdministrator(usher, tenant.organizationId, fields);
  await markBreakGlass(usher, id);
  return { tenant, id, email };
}

/** The codes of the errors of a request. */
async function codesOf(query: string, variables: Record<string, unknown>, key?: string): Promise<readonly string[]> {
  const { errors = [] } = await usher.graphql(query, variables, key);
  return errors.map(({ extensions }: { readonly extensions: { readonly code: string } }) => extensions.code);
}

/** Everything that a door could change about an account. */
async function readAccount(id: string): Promise<unknown> {
  const { user } = await usher.ask(
    `query ($id: ID!) { user(id: $id) { id email username firstName lastName fullName employeeId status authMethod breakGlass
       version updatedAt lastSignedInAt roles { key } groups { id } identities { subject }
       profile { field value source updatedAt } } }`,
    { id },
  );
  const credential = await execute("SELECT password_hash, set_at FROM user_credential WHERE user_id = ?", id);
  const sessions = await execute("SELECT id FROM user_session WHERE user_id = ?", id);
  return { user, credential, sessions };
}

/** Signs in with a new browser, and returns the outcome and the account of the attempt. */
async function signIn(tenant: Tenant, claims: Readonly<Record<string, unknown>>) {
  provider.forget();
  await tenant.signIn(createBrowser(), makePerson("kay", claims));
  const [attempt] = await tenant.attempts();
  return { outcome: attempt!.outcome, userId: attempt!.userId };
}

const SET = `mutation ($input: SetBreakGlassInput!) { setBreakGlass(input: $input) { user { breakGlass } } }`;
const RELINK = `mutation ($input: RelinkIdentityInput!) { relinkIdentity(input: $input) { identity { id } } }`;
const UPDATE = `mutation ($input: UpdateOrganizationInput!) { updateOrganization(input: $input) { organization { id } } }`;

describe("a break-glass account", () => {
  it("is made of an active administrator with a password and without identities, by those who hold its permissions", async () => {
    const tenant = await createTenant(usher, provider, { policies: { accountLinking: "MERGE_BY_EMAIL" } });
    const { organizationId } = tenant;
    const refusal = async (
      changes: Readonly<Record<string, unknown>>,
      prepare?: (id: string, email: string) => unknown,
    ) => {
      const { id, email } = await makePasswordAdministrator(usher, organizationId, changes);
      await prepare?.(id, email);
      const { errors } = await usher.graphql(SET, { input: { userId: id, breakGlass: true } });
      return [errors?.[0]?.extensions.code, errors?.[0]?.extensions.details.reason];
    };
    expect(await refusal({ authMethod: "SSO" })).toEqual(["BREAK_GLASS_IMPOSSIBLE", "AUTH_METHOD"]);
    expect(await refusal({ roleKeys: ["MANAGER"] })).toEqual(["BREAK_GLASS_IMPOSSIBLE", "ROLE"]);
    expect(await refusal({}, (id) => execute("UPDATE app_user SET status = 'DISABLED' WHERE id = ?", id))).toEqual([
      "BREAK_GLASS_IMPOSSIBLE",
      "STATUS",
    ]);
    expect(await refusal({}, (_id, email) => signIn(tenant, { sub: "linked", email }))).toEqual([
      "BREAK_GLASS_IMPOSSIBLE",
      "IDENTITIES",
    ]);

    const { id } = await makePasswordAdministrator(usher, organizationId);
    const makeKey = async (scopes: readonly string[]) =>
      (
        await usher.ask(`mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { key } }`, {
          input: { organizationId, name: "Some", scopes },
        })
      ).createApiKey.key as string;
    const input = { userId: id, breakGlass: true };
    for (const scopes of [["USERS_READ", "USERS_WRITE"], ["ORGANIZATION_WRITE"]])
      expect(await codesOf(SET, { input }, await makeKey(scopes))).toEqual(["FORBIDDEN"]);
    const other = await createTenant(usher, provider);
    expect(await codesOf(SET, { input }, other.key)).toEqual(["NOT_FOUND"]);
    expect(await codesOf(SET, { input }, tenant.key)).toEqual([]);
    expect((await readAccount(id)) as object).toMatchObject({ user: { breakGlass: true, version: 2 } });
  });

  it("is announced by an event, an audit entry and mails, once, and loses sessions and links that others may have", async () => {
    const tenant = await createTenant(usher, provider);
    const { organizationId } = tenant;
    const { email: colleague } = await makePasswordAdministrator(usher, organizationId);
    const { id, email } = await makePasswordAdministrator(usher, organizationId);
    await usher.ask(`mutation ($input: CreateSignInLinkInput!) { createSignInLink(input: $input) { url } }`, {
      input: { organizationId, userId: id },
    });
    for (let times = 0; times < 2; times += 1) await markBreakGlass(usher, id);
    expect(await execute("SELECT id FROM one_time_token WHERE user_id = ?", id)).toEqual([]);
    const told = (await tenant.events()).filter(({ subject }) => subject.subjectId === id);
    expect(told.map(({ type, data }) => [type, data.changed])).toEqual([
      ["user.created", null],
      ["user.updated", { breakGlass: { before: false, after: true } }],
    ]);
    const mails = await execute(
      "SELECT recipient FROM mail_message WHERE template = 'break-glass-changed' AND organization_id = ?",
      organizationId,
    );
    expect(mails.map(({ recipient }) => String(recipient)).toSorted()).toEqual([colleague, email].toSorted());
    const audit = await execute(
      "SELECT action, subject_id FROM audit_entry WHERE action LIKE 'user.break_glass%' AND organization_id = ?",
      organizationId,
    );
    expect(audit).toEqual([{ action: "user.break_glass_set", subject_id: id }]);
    await markBreakGlass(usher, id, false);
    expect(await readAccount(id)).toMatchObject({ user: { breakGlass: false } });
  });
});

describe("no door opens or changes a break-glass account:", () => {
  it.each([
    ["merging by address", { accountLinking: "MERGE_BY_EMAIL", requireVerifiedEmail: false }],
    ["a match key by address", { matchKey: "EMAIL" }],
    ["a match key by username", { matchKey: "USERNAME" }],
    ["a match key by employee ID", { matchKey: "EMPLOYEE_ID" }],
    ["requests for a link", { accountLinking: "ADMIN_LINK" }],
  ])("%s", async (_name, policies) => {
    const { tenant, id, email } = await makeOffice({ policies });
    await tenant.ask(
      `mutation ($input: SetRoleMappingsInput!) { setRoleMappings(input: $input) { connection { id } } }`,
      {
        input: {
          connectionId: tenant.connectionId,
          mappings: [{ claim: "groups", operator: "EQUALS", value: "staff", roleKey: "USER" }],
        },
      },
    );
    const before = await readAccount(id);
    const claims = { email, preferred_username: "kay", employee_id: "4711", groups: ["staff"] };
    const { outcome, userId } = await signIn(tenant, claims);
    expect(outcome).toBe("SUCCEEDED");
    expect(userId).not.toBe(id);
    expect(await readAccount(id)).toEqual(before);
    const { linkRequests } = await tenant.ask(
      `query ($id: ID!) { linkRequests(organizationId: $id) { nodes { id } } }`,
      { id: tenant.organizationId },
    );
    expect(linkRequests.nodes).toEqual([]);
  });

  it("an earlier request for a link, relinking by hand, and a link that is there all the same", async () => {
    const tenant = await createTenant(usher, provider, { policies: { accountLinking: "ADMIN_LINK" } });
    const { id, email } = await makePasswordAdministrator(usher, tenant.organizationId);
    expect((await signIn(tenant, { email })).outcome).toBe("LINK_PENDING");
    await markBreakGlass(usher, id);
    const before = await readAccount(id);
    const { linkRequests } = await tenant.ask(
      `query ($id: ID!) { linkRequests(organizationId: $id) { nodes { id } } }`,
      { id: tenant.organizationId },
    );
    const approve = `mutation ($id: ID!) { approveLinkRequest(id: $id) { linkRequest { state } } }`;
    expect(await codesOf(approve, { id: linkRequests.nodes[0].id })).toEqual(["BREAK_GLASS_PROTECTED"]);
    const person = { connectionId: tenant.connectionId, issuer: provider.issuer, subject: "kay-1" };
    expect(await codesOf(RELINK, { input: { ...person, userId: id } })).toEqual(["BREAK_GLASS_PROTECTED"]);
    expect(await readAccount(id)).toEqual(before);

    const { createUser } = await tenant.ask(
      `mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } } }`,
      { input: { organizationId: tenant.organizationId, email: "else@acme.test", firstName: "E", lastName: "E" } },
    );
    await tenant.ask(RELINK, { input: { ...person, userId: createUser.user.id } });
    await execute("UPDATE identity SET user_id = ? WHERE user_id = ?", id, createUser.user.id);
    expect(await signIn(tenant, { email })).toEqual({ outcome: "ACCOUNT_BREAK_GLASS", userId: id });
    expect(await execute("SELECT id FROM user_session WHERE user_id = ?", id)).toEqual([]);
  });

  it("no sign-in link, not even of the operator", async () => {
    const { tenant, id } = await makeOffice();
    const link = `mutation ($input: CreateSignInLinkInput!) { createSignInLink(input: $input) { url } }`;
    const input = { organizationId: tenant.organizationId, userId: id };
    for (const key of [tenant.key, undefined])
      expect(await codesOf(link, { input }, key)).toEqual(["ACCOUNT_BREAK_GLASS"]);
  });

  it("a directory that creates a user with its names, or that it belongs to all the same", async () => {
    const { tenant, id, email } = await makeOffice();
    const scim = await createScimClient(usher, tenant.organizationId, { connectionId: tenant.connectionId });
    const before = await readAccount(id);
    const names = { emails: [{ value: email, type: "work", primary: true }] };
    expect((await scim.send("POST", "/Users", { ...describeUser(), ...names })).status).toBe(409);
    await scim.makeUser({ ...describeUser(), userName: "kay" });
    expect(await readAccount(id)).toEqual(before);

    const user = await scim.makeUser();
    const { body: group } = await scim.send("POST", "/Groups", { schemas: [GROUP], displayName: "Staff", members: [] });
    const [{ user_id: owner }] = (await execute(
      "SELECT user_id FROM directory_resource WHERE id = ?",
      user.id,
    )) as unknown as [{ user_id: string }];
    await execute("UPDATE directory_resource SET user_id = ? WHERE id = ?", id, user.id);
    const path = `/Users/${user.id}`;
    const rename = { op: "replace", path: "name.givenName", value: "Mallory" };
    const answers = [
      await scim.send("PUT", path, { ...describeUser("mallory"), active: false }),
      await scim.patch(path, rename),
      await scim.patch(path, { op: "replace", path: "active", value: false }),
      await scim.send("DELETE", path),
    ];
    expect(answers.map(({ status }) => status)).toEqual([409, 409, 409, 409]);
    const member = { op: "add", path: "members", value: [{ value: user.id }] };
    expect((await scim.patch(`/Groups/${group.id}`, member)).status).toBe(400);
    expect(await readAccount(id)).toEqual(before);

    // A group that it is in all the same keeps it.
    await execute("UPDATE directory_resource SET user_id = ? WHERE id = ?", owner, user.id);
    await scim.patch(`/Groups/${group.id}`, member);
    await execute("UPDATE directory_resource SET user_id = ? WHERE id = ?", id, user.id);
    await execute("UPDATE group_member SET user_id = ? WHERE user_id = ?", id, owner);
    const kept = await readAccount(id);
    expect(kept).toMatchObject({ user: { groups: [expect.anything()] } });
    const input = {
      connectionId: tenant.connectionId,
      mappings: [{ claim: "groups", operator: "EQUALS", value: "Everybody", roleKey: "USER" }],
    };
    await tenant.ask(
      `mutation ($input: SetRoleMappingsInput!) { setRoleMappings(input: $input) { connection { id } } }`,
      { input },
    );
    await scim.patch(`/Groups/${group.id}`, { op: "replace", path: "displayName", value: "Everybody" });
    await scim.patch(`/Groups/${group.id}`, { op: "replace", path: "members", value: [] });
    await scim.patch(`/Groups/${group.id}`, { op: "remove", path: `members[value eq "${user.id}"]` });
    expect(await readAccount(id)).toEqual(kept);
  });
});

describe("moving people to single sign-on", () => {
  it("needs the policy and a connection, drops the password, and keeps the account for the person's first sign-in", async () => {
    const tenant = await createTenant(usher, provider);
    const { organizationId } = tenant;
    const { id, email } = await makePasswordAdministrator(usher, organizationId);
    const { id: keeper } = await makePasswordAdministrator(usher, organizationId);
    await markBreakGlass(usher, keeper);
    const { id: other } = await makePasswordAdministrator(usher, (await createTenant(usher, provider)).organizationId);
    const move = async (userIds: readonly string[], dryRun = false, key = tenant.key) => {
      const { data } = await usher.graphql(
        `mutation ($input: ChangeAuthMethodInput!) { changeAuthMethod(input: $input) { results { ok code details } } }`,
        { input: { userIds, dryRun } },
        key,
      );
      return data.changeAuthMethod.results.map((each: { code: string | null; details: { reason?: string } | null }) =>
        [each.code, each.details?.reason].filter(Boolean).join(" "),
      );
    };
    expect(await move([id])).toEqual(["AUTH_METHOD_KEPT POLICY"]);
    await tenant.updateOrganization({ policies: { authMethodChange: "ADMIN" } });
    await tenant.updateOrganization({ ssoAllowed: false });
    expect(await move([id])).toEqual(["AUTH_METHOD_KEPT SSO_OFF"]);
    await tenant.updateOrganization({ ssoAllowed: true });
    await tenant.disable();
    expect(await move([id])).toEqual(["AUTH_METHOD_KEPT NO_CONNECTION"]);
    await tenant.activate();

    const browser = createBrowser();
    await browser.get(`${usher.url}/o/${tenant.slug}/password`);
    await browser.submitForm(0, { login: email, password: KEEPER_PASSWORD }, { follow: false });
    expect(await whoIsSignedIn(browser, usher)).toBe(email);
    const { createApiKey } = await usher.ask(
      `mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { key } }`,
      { input: { organizationId, name: "Less", scopes: ["USERS_READ", "USERS_WRITE"] } },
    );
    expect(await move([id], false, createApiKey.key)).toEqual(["FORBIDDEN"]);
    const before = await readAccount(id);
    expect(await move([id, keeper, other], true)).toEqual(["", "BREAK_GLASS_PROTECTED", "NOT_FOUND"]);
    expect(await readAccount(id)).toEqual(before);
    expect(await move([id, keeper, other])).toEqual(["", "BREAK_GLASS_PROTECTED", "NOT_FOUND"]);
    expect(await readAccount(id)).toMatchObject({ user: { authMethod: "SSO" }, credential: [], sessions: [] });
    expect(await readAccount(keeper)).toMatchObject({ user: { authMethod: "PASSWORD" }, credential: [{}] });
    const told = (await tenant.events()).filter(
      ({ subject, type }) => subject.subjectId === id && type === "user.updated",
    );
    expect(told.map(({ data }) => data.changed)).toEqual([{ authMethod: { before: "PASSWORD", after: "SSO" } }]);
    const audited = "SELECT id FROM audit_entry WHERE action = 'user.auth_method_changed' AND subject_id = ?";
    expect(await execute(audited, id)).toHaveLength(1);
    expect(await signIn(tenant, { email })).toEqual({ outcome: "SUCCEEDED", userId: id });
    // Another account may sign in with the address and a password now.
    await makePasswordAdministrator(usher, (await createTenant(usher, provider)).organizationId, { email });
  });
});

describe("the policy that requires single sign-on", () => {
  it("needs a break-glass account that can sign in, a connection that somebody has used, and the number of people shut out", async () => {
    const tenant = await createTenant(usher, provider);
    const { organizationId } = tenant;
    const change = async (confirmAffectedUsers?: number) => {
      const input = { id: organizationId, policies: { ssoEnforcement: "REQUIRED" }, confirmAffectedUsers };
      const { errors } = await usher.graphql(UPDATE, { input }, tenant.key);
      return [errors?.[0]?.extensions.code, errors?.[0]?.extensions.details];
    };
    const read = async () =>
      (
        await tenant.ask(
          `query ($id: ID!) { ssoRequirement(organizationId: $id) { obstacles affectedUsers users(first: 1) { totalCount nodes { id } } } }`,
          { id: organizationId },
        )
      ).ssoRequirement;
    const both = { obstacles: ["NO_BREAK_GLASS", "NO_PROVEN_CONNECTION"] };
    expect(await change()).toEqual(["SSO_REQUIREMENT_NOT_MET", both]);
    expect(await read()).toMatchObject({ ...both, affectedUsers: 0 });
    await signIn(tenant, { sub: "first", email: "first@acme.test" });
    const only = { obstacles: ["NO_BREAK_GLASS"] };
    expect(await change()).toEqual(["SSO_REQUIREMENT_NOT_MET", only]);

    const { id } = await makePasswordAdministrator(usher, organizationId);
    await markBreakGlass(usher, id);
    for (const disable of ["UPDATE app_user SET status = 'DISABLED'", "UPDATE app_user SET login_email_key = NULL"]) {
      const [row] = await execute("SELECT status, login_email_key FROM app_user WHERE id = ?", id);
      await execute(`${disable} WHERE id = ?`, id);
      expect(await change()).toEqual(["SSO_REQUIREMENT_NOT_MET", only]);
      const { status, login_email_key: key } = row as { status: string; login_email_key: string };
      await execute("UPDATE app_user SET status = ?, login_email_key = ? WHERE id = ?", status, key, id);
    }
    expect(await read()).toMatchObject({ obstacles: [], affectedUsers: 0, users: { totalCount: 0, nodes: [] } });

    const { id: out } = await makePasswordAdministrator(usher, organizationId);
    expect(await read()).toEqual({ obstacles: [], affectedUsers: 1, users: { totalCount: 1, nodes: [{ id: out }] } });
    expect(await change()).toEqual(["CONFIRMATION_REQUIRED", { affectedUsers: 1, shutsOut: true }]);
    expect(await change(2)).toEqual(["CONFIRMATION_REQUIRED", { affectedUsers: 1, shutsOut: true }]);
    // Another person since the caller looked: the number is stale.
    await makePasswordAdministrator(usher, organizationId);
    expect(await change(1)).toEqual(["CONFIRMATION_REQUIRED", { affectedUsers: 2, shutsOut: true }]);
    expect(await change(2)).toEqual([undefined, undefined]);
    await tenant.disable();
    // It requires single sign-on already, so a further change asks for nothing.
    await tenant.updateOrganization({ policies: { ssoEnforcement: "REQUIRED", manualRoleWins: true } });
  });

  it("refuses passwords but those of break-glass accounts, and tells everybody of each use", async () => {
    const tenant = await createTenant(usher, provider);
    const { organizationId } = tenant;
    const { email: refused } = await makePasswordAdministrator(usher, organizationId);
    await tenant.signIn(createBrowser(), makePerson("proof"));
    const { id, email } = await makePasswordAdministrator(usher, organizationId);
    await markBreakGlass(usher, id);
    await tenant.updateOrganization({ policies: { ssoEnforcement: "REQUIRED" }, confirmAffectedUsers: 1 });
    const enter = async (login: string) => {
      const browser = createBrowser();
      await browser.get(`${usher.url}/o/${tenant.slug}/password`);
      const page = await browser.submitForm(0, { login, password: KEEPER_PASSWORD });
      // A break-glass account needs a second factor, whatever the policy.
      const asksForFactor = new URL(page.url).pathname === `/o/${tenant.slug}/factors`;
      if (asksForFactor) await addAppAndGoOn(browser, page, new Date());
      const [attempt] = await tenant.attempts();
      return { asksForFactor, attempt: attempt!, signedIn: await whoIsSignedIn(browser, usher) };
    };
    expect(await enter(refused)).toMatchObject({ attempt: { outcome: "SSO_REQUIRED" }, signedIn: null });
    const { asksForFactor, attempt, signedIn } = await enter(email);
    expect([asksForFactor, attempt.outcome, signedIn]).toEqual([true, "SUCCEEDED", email]);

    const { reference } = attempt;
    const told = (await tenant.events()).filter(({ type }) => type === "user.break_glass_used");
    expect(told).toMatchObject([
      { subject: { subjectId: id }, data: { user: { id, breakGlass: true }, signIn: { reference } } },
    ]);
    const audit = await execute(
      "SELECT subject_id FROM audit_entry WHERE action = 'user.break_glass_used' AND organization_id = ?",
      organizationId,
    );
    expect(audit).toEqual([{ subject_id: id }]);
    const mails = await execute(
      "SELECT recipient, body FROM mail_message WHERE template = 'break-glass-used' AND organization_id = ?",
      organizationId,
    );
    expect(mails.map(({ recipient }) => String(recipient)).toSorted()).toEqual(
      [refused, email, OPERATOR_CONTACT].toSorted(),
    );
    for (const { body } of mails) expect(body).toContain(reference);
  });

  it("keeps the last break-glass account that can sign in", async () => {
    const tenant = await createTenant(usher, provider);
    const id = await requireSsoOf(usher, tenant);
    const changes: readonly (readonly [string, Record<string, unknown>])[] = [
      [SET, { input: { userId: id, breakGlass: false } }],
      [`mutation ($id: ID!) { disableUser(id: $id) { user { id } } }`, { id }],
      [`mutation ($id: ID!) { archiveUser(id: $id) { user { id } } }`, { id }],
      [`mutation ($id: ID!) { deleteUser(id: $id) { user { id } } }`, { id }],
      [`mutation ($id: ID!) { removePassword(id: $id) { user { id } } }`, { id }],
      [
        `mutation ($input: UpdateUserInput!) { updateUser(input: $input) { user { id } } }`,
        { input: { id, roleKeys: ["USER"] } },
      ],
    ];
    // Another administrator, so that only the mark is in the way.
    await makePasswordAdministrator(usher, tenant.organizationId);
    const before = await readAccount(id);
    for (const [query, variables] of changes) expect(await codesOf(query, variables)).toEqual(["LAST_BREAK_GLASS"]);
    expect(await readAccount(id)).toEqual(before);
    const { id: second } = await makePasswordAdministrator(usher, tenant.organizationId);
    await markBreakGlass(usher, second);
    for (const [query, variables] of changes.slice(1, 3)) expect(await codesOf(query, variables)).toEqual([]);
    expect(await codesOf(SET, { input: { userId: second, breakGlass: false } })).toEqual(["LAST_BREAK_GLASS"]);
    await tenant.updateOrganization({ policies: { ssoEnforcement: "OPTIONAL" } });
    expect(await codesOf(SET, { input: { userId: second, breakGlass: false } })).toEqual([]);
  });
});
