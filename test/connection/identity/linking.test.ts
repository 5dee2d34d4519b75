/** Linking people to accounts: what a switch of policy affects, undoing merges, relinking, moving, and answering requests. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { graphql, type GraphQLSchema } from "graphql";
import { ANONYMOUS, SYSTEM, type Caller } from "../../../src/access/caller.js";
import type { Permission } from "../../../src/access/permission.js";
import type { UnitOfWork } from "../../../src/access/unit-of-work.js";
import { CONNECTION_FAILURES } from "../../../src/connection/failures.js";
import { activateConnection } from "../../../src/connection/stored/activation.js";
import {
  createConnection,
  disableConnection,
  updateConnection,
} from "../../../src/connection/stored/connection.operations.js";
import { findConnection } from "../../../src/connection/stored/connection.repository.js";
import type { ConnectionPoliciesChange } from "../../../src/connection/stored/policies.js";
import { createConnectionResolvers } from "../../../src/connection/resolvers.js";
import { PEOPLE_FAILURES } from "../../../src/people/failures.js";
import { createOrganization } from "../../../src/people/organization/organization.operations.js";
import { lockOrganization } from "../../../src/people/organization/organization.repository.js";
import { createPeopleResolvers } from "../../../src/people/resolvers.js";
import { openSession } from "../../../src/people/session/session.repository.js";
import { createUser } from "../../../src/people/user/user.operations.js";
import { countQueries } from "../../../src/platform/database/query-count.js";
import { PLATFORM_FAILURES } from "../../../src/platform/errors/failure.js";
import { assembleCatalogue, GRAPHQL_FAILURES } from "../../../src/platform/graphql/failures.js";
import { buildGraphQLSchema, type ResolverClass } from "../../../src/platform/graphql/schema.js";
import { apply, askToLink } from "../../../src/provisioning/apply.js";
import { decide } from "../../../src/provisioning/decide.js";
import { evaluateRules, loadSituation } from "../../../src/provisioning/load-situation.js";
import { COMPLETE, eventsOf, keyOfOrganization, openHouse, OPERATOR, type House } from "../support/house.js";
import { findUndescribed } from "../../support/find-undescribed.js";

let house: House;
let schema: GraphQLSchema;
let organizationId: string;
let connectionId: string;

beforeAll(async () => {
  house = await openHouse();
  const { services } = house;
  const container = new Map<ResolverClass, object>([
    ...createPeopleResolvers(services),
    ...createConnectionResolvers(services),
  ]);
  schema = buildGraphQLSchema({
    resolvers: [...container.keys()],
    container,
    errorCodes: assembleCatalogue(
      PLATFORM_FAILURES,
      GRAPHQL_FAILURES,
      PEOPLE_FAILURES,
      CONNECTION_FAILURES,
      services.registry.refusals,
    ),
  });
});
afterAll(() => house.close());

let number = 0;
let sessions = 0;
/** An address of this test's own: password accounts have addresses that nobody else in the installation has. */
const at = (name: string) => `${name}@acme-${number}.test`;

beforeEach(async () => {
  number += 1;
  const organization = await createOrganization(house.services, OPERATOR, { name: "Acme", slug: `acme-${number}` });
  organizationId = organization.id;
  connectionId = await activeConnection({ accountLinking: "MERGE_BY_EMAIL" });
});

const inUnit = <T>(work: (unit: UnitOfWork) => Promise<T>) =>
  house.services.begin(SYSTEM, { kind: "SIGN_IN", actor: null }, work);

async function activeConnection(policies: ConnectionPoliciesChange = {}): Promise<string> {
  const settings = { madeUp: COMPLETE };
  const input = { organizationId, displayName: "Acme ID", settings, policies };
  const { id } = await createConnection(house.services, OPERATOR, input);
  await activateConnection(house.services, OPERATOR, id);
  return id;
}

/** Makes an account; with a password, it can be joined. */
async function account(email: string, changes: { authMethod?: "SSO" | "PASSWORD"; roleKeys?: string[] } = {}) {
  const names = { firstName: "Ada", lastName: "Tester" };
  const input = { organizationId, email, ...names, authMethod: "PASSWORD" as const, ...changes };
  return (await createUser(house.services, OPERATOR, input)).id;
}

interface Arriving {
  readonly subject: string;
  readonly email: string | null;
  readonly issuer?: string;
  readonly emailVerified?: boolean | null;
  readonly through?: string;
}

/** Somebody comes back verified from a provider; answers the user whom they are, or the code of the refusal. */
async function arrive({ subject, email, issuer = "https://id.example.com", emailVerified = true, through }: Arriving) {
  const connection = through ?? connectionId;
  house.advance(60);
  return await inUnit(async (unit) => {
    const organization = await lockOrganization(unit, organizationId);
    const stored = await findConnection(unit, null, connection);
    const profile = {
      issuer,
      subject,
      email,
      emailVerified,
      username: null,
      firstName: "Ada",
      lastName: "Tester",
      fullName: null,
      employeeId: null,
      groups: { kind: "silent" as const },
      groupsClaims: [],
      profile: {},
      attributes: {},
      authenticationMethods: [],
    };
    const arrival = { organizationId, connectionId: connection, profile };
    const evaluated = await evaluateRules(unit, arrival);
    const decision = decide((await loadSituation(unit, arrival, organization!, stored!, evaluated))!);
    if (decision.kind === "refuse") return decision.failure.code;
    if (decision.kind === "ask") {
      await askToLink(unit, arrival, decision.user);
      return decision.refusal.failure.code;
    }
    const { user } = await apply(unit, arrival, organization!, decision);
    const session = { userId: user.id, organizationId, connectionId: connection };
    sessions += 1;
    await openSession(unit, { ...session, tokenHash: `t${sessions}`, client: { address: null, userAgent: null } });
    return user.id;
  });
}

const sessionsOf = async (userId: string, through = connectionId) =>
  (
    await house.services.reader.rows("SELECT id FROM user_session WHERE user_id = ? AND connection_id = ?", [
      userId,
      through,
    ])
  ).length;

interface ToldIdentity {
  readonly id: string;
  readonly issuer: string;
  readonly subject: string;
  readonly linkKind: string;
  readonly retiredAt: string | null;
  readonly hidden: boolean;
  readonly connection: { readonly id: string };
}

async function ask(source: string, variableValues: Record<string, unknown> = {}, caller: Caller = OPERATOR) {
  const { data, errors = [] } = await graphql({ schema, source, variableValues, contextValue: { caller } });
  // any: the shape is what the query asked for
  const failures = errors.map(({ originalError }) => originalError as unknown as { code?: string; details?: any });
  return {
    data: data as any,
    messages: errors.map(({ message }) => message),
    codes: failures.map((failure) => failure?.code),
    details: failures[0]?.details,
  };
}

async function identitiesOf(userId: string): Promise<readonly ToldIdentity[]> {
  const { data, messages } = await ask(
    `query ($id: ID!) { user(id: $id) { identities { id issuer subject linkKind retiredAt hidden connection { id } } } }`,
    { id: userId },
  );
  expect(messages).toEqual([]);
  return data.user.identities;
}

const switchTo = (accountLinking: string | null, confirmAffectedUsers?: number, caller: Caller = OPERATOR) =>
  ask(
    `mutation ($input: UpdateConnectionInput!) { updateConnection(input: $input) { connection { version } } }`,
    { input: { id: connectionId, policies: { accountLinking }, confirmAffectedUsers } },
    caller,
  );

const effect = (accountLinking: string, caller: Caller = OPERATOR) =>
  ask(
    `query ($id: ID!, $to: AccountLinking!) { accountLinkingEffect(connectionId: $id, accountLinking: $to) {
       affectedUsers users(first: 10) { nodes { id email } totalCount } } }`,
    { id: connectionId, to: accountLinking },
    caller,
  );

const unmerge = (id: string, caller: Caller = OPERATOR) =>
  ask(`mutation ($id: ID!) { unmergeIdentity(id: $id) { identity { id linkKind retiredAt hidden } } }`, { id }, caller);

const relink = (input: object, caller: Caller = OPERATOR) =>
  ask(
    `mutation ($input: RelinkIdentityInput!) { relinkIdentity(input: $input) { identity { id subject linkKind connection { id } } } }`,
    { input },
    caller,
  );

const relinkMany = (input: object, caller: Caller = OPERATOR) =>
  ask(
    `mutation ($input: RelinkIdentitiesInput!) { relinkIdentities(input: $input) {
       results { userId identityId issuer subject ok code message } hasMore } }`,
    { input },
    caller,
  );

const keyWith = (...permissions: Permission[]) => keyOfOrganization(organizationId, ...permissions);
const lastEvent = async () => (await eventsOf(house, organizationId)).at(-1)!;

async function auditOf(action: string) {
  const rows = await house.services.reader.rows<{ before_value: string | null; after_value: string | null }>(
    "SELECT before_value, after_value FROM audit_entry WHERE organization_id = ? AND action = ? ORDER BY id",
    [organizationId, action],
  );
  return rows.map((row) => ({
    before: JSON.parse(row.before_value ?? "null"),
    after: JSON.parse(row.after_value ?? "null"),
  }));
}

const execute = (sql: string, ...parameters: readonly string[]) => inUnit((unit) => unit.execute(sql, parameters));

describe("switching accountLinking", () => {
  test("off asks for the number of people whose links it hides, and ends their sessions through the connection", async () => {
    const ada = await account(at("ada"));
    const bob = await account(at("bob"));
    expect(await arrive({ subject: "ada", email: at("ada") })).toBe(ada);
    expect(await arrive({ subject: "bob", email: at("bob") })).toBe(bob);
    const own = await arrive({ subject: "eve", email: at("eve") });

    const shown = (await effect("NONE")).data.accountLinkingEffect;
    expect(shown).toEqual({
      affectedUsers: 2,
      users: { totalCount: 2, nodes: [expect.objectContaining({ id: ada }), expect.objectContaining({ id: bob })] },
    });
    for (const confirmed of [undefined, 0, 1, 3]) {
      const refused = await switchTo("NONE", confirmed);
      expect(refused.codes).toEqual(["CONFIRMATION_REQUIRED"]);
      expect(refused.details).toEqual({ affectedUsers: 2 });
    }
    // The default is not to merge: clearing the policy is a switch as well.
    expect((await switchTo(null)).codes).toEqual(["CONFIRMATION_REQUIRED"]);
    expect(await sessionsOf(ada)).toBe(1);
    expect((await identitiesOf(ada))[0]).toMatchObject({ linkKind: "MERGED", hidden: false, retiredAt: null });

    expect((await switchTo("NONE", 2)).messages).toEqual([]);
    expect((await identitiesOf(ada))[0]).toMatchObject({ linkKind: "MERGED", hidden: true, retiredAt: null });
    expect([await sessionsOf(ada), await sessionsOf(bob), await sessionsOf(own)]).toEqual([0, 0, 1]);
    expect((await auditOf("connection.updated")).at(-1)).toMatchObject({
      before: { policies: { accountLinking: "MERGE_BY_EMAIL" } },
      after: { policies: { accountLinking: "NONE" }, endedSessions: 2 },
    });
  });

  test("off gives people accounts of their own, on brings the joined ones back, and off again the own ones", async () => {
    const ada = await account(at("ada"));
    const person = { subject: "ada", email: at("ada") };
    expect(await arrive(person)).toBe(ada);
    await switchTo("NONE", 1);
    const own = await arrive(person);
    expect(own).not.toBe(ada);
    expect(await arrive(person)).toBe(own);

    expect((await effect("MERGE_BY_EMAIL")).data.accountLinkingEffect).toMatchObject({
      affectedUsers: 1,
      users: { nodes: [{ id: ada }] },
    });
    expect((await switchTo("MERGE_BY_EMAIL")).details).toEqual({ affectedUsers: 1 });
    expect((await switchTo("MERGE_BY_EMAIL", 1)).messages).toEqual([]);
    expect(await arrive(person)).toBe(ada);
    expect((await identitiesOf(ada))[0]).toMatchObject({ hidden: false });
    await switchTo("NONE", 1);
    expect(await arrive(person)).toBe(own);
  });

  test("on counts people whom it may join to an account that is there, and nobody else", async () => {
    await switchTo("NONE");
    const twin = await arrive({ subject: "twin", email: at("twin") });
    await arrive({ subject: "alone", email: at("alone") });
    await account(at("twin"));
    const chief = await account(at("chief"));
    await execute("UPDATE app_user SET is_operator = 1 WHERE id = ?", chief);
    expect(await arrive({ subject: "chief", email: at("chief") })).not.toBe(chief);
    // The address of an account that came through a connection which does not merge is its own.
    const second = await activeConnection();
    await arrive({ subject: "alone-2", email: at("alone"), through: second });
    expect((await effect("MERGE_BY_EMAIL")).data.accountLinkingEffect).toMatchObject({
      affectedUsers: 1,
      users: { nodes: [{ id: twin }] },
    });
    const policies = { accountLinking: "MERGE_BY_EMAIL" as const };
    await updateConnection(house.services, OPERATOR, { id: second, policies });
    expect((await effect("MERGE_BY_EMAIL")).data.accountLinkingEffect.affectedUsers).toBe(2);
  });

  test("counts everybody who moves, through any connection, and nobody else", async () => {
    await switchTo("NONE");
    const second = await activeConnection();
    const third = await activeConnection();
    const switchAt = async (id: string, accountLinking: "NONE" | "MERGE_BY_EMAIL") => {
      const connection = { connectionId: id, accountLinking };
      const { data, messages } = await ask(
        `query ($connectionId: ID!, $accountLinking: AccountLinking!) {
           accountLinkingEffect(connectionId: $connectionId, accountLinking: $accountLinking) {
             affectedUsers users { nodes { id } } } }`,
        connection,
      );
      expect(messages).toEqual([]);
      const { affectedUsers, users } = data.accountLinkingEffect;
      const input = { id, policies: { accountLinking }, confirmAffectedUsers: affectedUsers };
      await updateConnection(house.services, OPERATOR, input);
      expect(users.nodes).toHaveLength(affectedUsers);
      return new Set<string | undefined>(users.nodes.map((user: { id: string }) => user.id));
    };
    const people = ["ada", "bob"].map((name) => ({ subject: name, email: at(name) }));
    const signIn = async (through: string) => {
      const places: (string | undefined)[] = [];
      for (const person of people) places.push(await arrive({ ...person, through }));
      return places;
    };
    const [first, later, last] = [await signIn(second), await signIn(connectionId), await signIn(third)];
    expect(await switchAt(connectionId, "MERGE_BY_EMAIL")).toEqual(new Set());
    // They are led to the accounts of this connection, since those of the second connection are its own still.
    expect(await switchAt(third, "MERGE_BY_EMAIL")).toEqual(new Set(last));
    expect(await signIn(third)).toEqual(later);
    // From here on all meet in the oldest accounts: those who were joined, and those who were met.
    expect(await switchAt(second, "MERGE_BY_EMAIL")).toEqual(new Set(later));
    for (const through of [third, connectionId, second]) expect(await signIn(through)).toEqual(first);
    expect(await switchAt(second, "NONE")).toEqual(new Set());
    for (const through of [second, third, connectionId]) expect(await signIn(through)).toEqual(first);
    expect(await switchAt(third, "NONE")).toEqual(new Set(first));
    expect(await signIn(third)).toEqual(last);
    expect(await switchAt(third, "MERGE_BY_EMAIL")).toEqual(new Set(first));
    expect(await signIn(third)).toEqual(first);
  });

  test("off counts no users that merging has not led to another account yet: they stay where they are", async () => {
    const second = await activeConnection();
    const person = { subject: "ada", email: at("ada") };
    const first = await arrive(person);
    const own = await arrive({ ...person, through: second });
    const policies = { accountLinking: "MERGE_BY_EMAIL" as const };
    await updateConnection(house.services, OPERATOR, { id: second, policies, confirmAffectedUsers: 1 });
    expect((await switchTo("NONE")).messages).toEqual([]);
    expect([await arrive({ ...person, through: second }), await arrive(person)]).toEqual([own, first]);
  });

  test("counts in a number of statements that does not grow with people, and lists page by page", async () => {
    await switchTo("NONE");
    const countStatements = async () => {
      const { statements, result } = await countQueries(() => effect("MERGE_BY_EMAIL"));
      return { statements: statements.length, affected: result.data.accountLinkingEffect.affectedUsers };
    };
    const meet = async (name: string) => {
      const own = await arrive({ subject: name, email: at(name) });
      await account(at(name));
      return own;
    };
    const users = [await meet("person-0")];
    const few = await countStatements();
    expect(few.affected).toBe(1);
    for (let count = 1; count < 6; count += 1) users.push(await meet(`person-${count}`));
    expect(await countStatements()).toEqual({ statements: few.statements, affected: 6 });
    const page = async (args: string) =>
      (
        await ask(
          `query ($id: ID!) { accountLinkingEffect(connectionId: $id, accountLinking: MERGE_BY_EMAIL) {
             users(${args}) { nodes { id } pageInfo { startCursor endCursor hasNextPage hasPreviousPage } totalCount } } }`,
          { id: connectionId },
        )
      ).data.accountLinkingEffect.users;
    const one = await page("first: 4");
    expect(one).toMatchObject({ totalCount: 6, pageInfo: { hasNextPage: true, hasPreviousPage: false } });
    const two = await page(`first: 4, after: "${one.pageInfo.endCursor}"`);
    expect(two.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
    const ids = [...one.nodes, ...two.nodes].map(({ id }: { id: string }) => id);
    expect(ids).toEqual(users.toSorted());
    const back = await page(`last: 3, before: "${two.pageInfo.startCursor}"`);
    expect(back.nodes.map(({ id }: { id: string }) => id)).toEqual(ids.slice(1, 4));
    expect(back.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: true });
  });

  test("needs no confirmation where nobody is affected, and takes no wrong one", async () => {
    expect((await switchTo("NONE", 1)).details).toEqual({ affectedUsers: 0 });
    expect((await switchTo("NONE")).messages).toEqual([]);
    await account(at("ada"));
    await arrive({ subject: "ada", email: at("ada") });
    for (const to of ["ADMIN_LINK", "NONE", "ADMIN_LINK"]) {
      expect((await effect(to)).data.accountLinkingEffect.affectedUsers).toBe(0);
      expect((await switchTo(to)).messages).toEqual([]);
    }
    // No switch, no question.
    expect((await switchTo("ADMIN_LINK", 7)).messages).toEqual([]);
  });

  test("shows its effect to those who may see connections, and the users to those who may see users", async () => {
    expect((await effect("NONE", keyWith("USERS_READ"))).codes).toEqual(["FORBIDDEN"]);
    expect((await effect("NONE", keyWith("CONNECTIONS_READ"))).codes).toEqual(["FORBIDDEN"]);
    expect((await effect("NONE", keyWith("CONNECTIONS_READ", "USERS_READ"))).codes).toEqual([]);
    expect(await effect("NONE", keyOfOrganization(house.otherOrganizationId))).toMatchObject({
      data: { accountLinkingEffect: null },
      codes: [],
    });
  });
});

describe("undoing a merge", () => {
  const person = () => ({ subject: "ada", email: at("ada") });
  async function merged(): Promise<{ readonly ada: string; readonly identityId: string }> {
    const ada = await account(at("ada"));
    expect(await arrive(person())).toBe(ada);
    return { ada, identityId: (await identitiesOf(ada))[0]!.id };
  }

  test("retires the link, ends the sessions, and the person is never merged again", async () => {
    // The account keeps the address that the organization gave it, by which it could be joined.
    const policies = { profileUpdate: "FIRST_VALUE" as const };
    await updateConnection(house.services, OPERATOR, { id: connectionId, policies });
    const { ada, identityId } = await merged();
    const { data, messages } = await unmerge(identityId);
    expect(messages).toEqual([]);
    expect(data.unmergeIdentity.identity).toMatchObject({ linkKind: "MERGED", hidden: false });
    expect(data.unmergeIdentity.identity.retiredAt).not.toBeNull();
    expect(await sessionsOf(ada)).toBe(0);
    expect(await lastEvent()).toMatchObject({
      type: "user.unmerged",
      data: { user: { id: ada }, connectionId, identity: { id: identityId, subject: "ada" }, reason: "UNDONE" },
    });
    expect(await auditOf("user.unmerged")).toEqual([
      expect.objectContaining({ after: { reason: "UNDONE", endedSessions: 1 } }),
    ]);

    const own = await arrive(person());
    expect(own).not.toBe(ada);
    expect(await arrive(person())).toBe(own);
    expect(await arrive(person())).toBe(own);
    expect((await identitiesOf(ada)).map(({ retiredAt }) => retiredAt === null)).toEqual([false]);
  });

  test("twice is as good as once, and there is nothing to undo where nothing was merged", async () => {
    const { identityId } = await merged();
    await unmerge(identityId);
    const before = (await eventsOf(house, organizationId)).length;
    expect((await unmerge(identityId)).messages).toEqual([]);
    expect(await eventsOf(house, organizationId)).toHaveLength(before);
    const own = await arrive({ subject: "eve", email: at("eve") });
    expect((await unmerge((await identitiesOf(own))[0]!.id)).codes).toEqual(["IDENTITY_NOT_MERGED"]);
  });

  test("is for holders of USERS_WRITE in the organization", async () => {
    const { ada, identityId } = await merged();
    expect((await unmerge(identityId, keyWith("USERS_READ", "CONNECTIONS_WRITE"))).codes).toEqual(["FORBIDDEN"]);
    expect((await unmerge(identityId, keyOfOrganization(house.otherOrganizationId))).codes).toEqual(["NOT_FOUND"]);
    expect((await unmerge(identityId, ANONYMOUS)).codes).toEqual(["UNAUTHENTICATED"]);
    expect((await unmerge("nobody")).codes).toEqual(["NOT_FOUND"]);
    expect(await arrive(person())).toBe(ada);
    expect((await unmerge(identityId, keyWith("USERS_WRITE"))).codes).toEqual([]);
  });
});

describe("a merged person whose address changed at the provider", () => {
  test("gets a new account, never somebody else's, also later", async () => {
    const ada = await account(at("ada"));
    const boss = await account(at("boss"), { roleKeys: ["ADMIN"] });
    expect(await arrive({ subject: "ada", email: at("ada") })).toBe(ada);
    const renamed = { subject: "ada", email: at("boss") };
    const own = await arrive(renamed);
    expect([ada, boss]).not.toContain(own);
    const told = (await eventsOf(house, organizationId)).filter(({ type }) => type === "user.unmerged");
    expect(told).toMatchObject([{ data: { user: { id: ada }, reason: "ADDRESS_CHANGED" } }]);
    expect((await identitiesOf(ada))[0]!.retiredAt).not.toBeNull();
    expect(await sessionsOf(ada)).toBe(0);
    expect(await arrive(renamed)).toBe(own);
    await switchTo("NONE");
    await switchTo("MERGE_BY_EMAIL", (await effect("MERGE_BY_EMAIL")).data.accountLinkingEffect.affectedUsers);
    expect(await arrive(renamed)).toBe(own);
    expect(await arrive({ subject: "ada", email: at("ada") })).toBe(own);
  });
});

describe("merging", () => {
  test.each<[string, { readonly emailVerified?: boolean | null; readonly operator?: boolean }]>([
    ["of somebody who runs the installation", { operator: true }],
    ["that the provider says nothing about, in a domain that nobody proved", { emailVerified: null }],
    ["that the provider says is not verified", { emailVerified: false }],
  ])("joins nobody by an address %s, now or later", async (_name, { operator, emailVerified = true }) => {
    const ada = await account(at("ada"));
    if (operator) await execute("UPDATE app_user SET is_operator = 1 WHERE id = ?", ada);
    const person = { subject: "ada", email: at("ada"), emailVerified };
    const own = await arrive(person);
    expect([ada, "ACCOUNT_AMBIGUOUS"]).not.toContain(own);
    expect(await arrive(person)).toBe(own);
    expect(await identitiesOf(ada)).toEqual([]);
  });

  test("leaves an address alone that another account signs in with", async () => {
    const ada = await account(at("ada"));
    await account(at("bob"));
    await relink({ connectionId, issuer: "https://id.example.com", subject: "ada", userId: ada });
    expect(await arrive({ subject: "ada", email: at("bob") })).toBe(ada);
    const { data } = await ask(`query ($id: ID!) { user(id: $id) { email } }`, { id: ada });
    expect(data.user.email).toBe(at("ada"));
  });
});

describe("relinking one person", () => {
  test("is the way out when the provider re-created somebody", async () => {
    await switchTo("NONE");
    const ada = await arrive({ subject: "ada-1", email: at("ada") });
    const again = { subject: "ada-2", email: at("ada") };
    expect(await arrive(again)).toBe("SUBJECT_CHANGED");
    const person = { connectionId, issuer: "https://id.example.com", subject: "ada-2" };
    const { data, messages } = await relink({ ...person, userId: ada });
    expect(messages).toEqual([]);
    expect(data.relinkIdentity.identity).toMatchObject({ subject: "ada-2", linkKind: "OWN" });
    expect(await arrive(again)).toBe(ada);
    expect(await auditOf("identity.linked")).toEqual([
      expect.objectContaining({ after: expect.objectContaining({ userId: ada, subject: "ada-2" }) }),
    ]);
    const linked = (await eventsOf(house, organizationId)).filter(({ type }) => type === "user.linked");
    expect(linked).toMatchObject([{ data: { user: { id: ada }, connectionId, previousUserIds: [] } }]);
    // Once more changes nothing.
    await relink({ ...person, userId: ada });
    expect(await auditOf("identity.linked")).toHaveLength(1);
  });

  test("takes the person out of the account before, whose sessions through the connection end", async () => {
    const wrong = await arrive({ subject: "ada", email: at("ada") });
    const right = await account(at("right"));
    const [identity] = await identitiesOf(wrong);
    expect((await relink({ identityId: identity!.id, userId: right })).messages).toEqual([]);
    expect(await sessionsOf(wrong)).toBe(0);
    expect(await identitiesOf(wrong)).toEqual([]);
    expect(await lastEvent()).toMatchObject({ type: "user.linked", data: { previousUserIds: [wrong] } });
    expect(await arrive({ subject: "ada", email: at("ada") })).toBe(right);
  });

  test("outlasts a merge: its link is retired, and merging makes no other", async () => {
    const ada = await account(at("ada"));
    const right = await account(at("right"));
    const person = { subject: "ada", email: at("ada") };
    expect(await arrive(person)).toBe(ada);
    const [identity] = await identitiesOf(ada);
    await relink({ identityId: identity!.id, userId: right });
    expect(await arrive(person)).toBe(right);
    expect(await arrive(person)).toBe(right);
    expect(await sessionsOf(ada)).toBe(0);
    expect((await identitiesOf(ada))[0]).toMatchObject({ id: identity!.id, linkKind: "MERGED" });
    // A retired link names the person as well as any other.
    expect((await relink({ identityId: identity!.id, userId: ada })).messages).toEqual([]);
    expect(await arrive(person)).toBe(ada);
  });

  test("takes the subject letter by letter", async () => {
    const ada = await account(at("ada"));
    await relink({ connectionId, issuer: "https://id.example.com", subject: " Ada ", userId: ada });
    expect(await arrive({ subject: "Ada", email: at("x") })).not.toBe(ada);
    expect(await arrive({ subject: " Ada ", email: at("y") })).toBe(ada);
  });

  test("drops what waits on an address of the account that nobody has proved", async () => {
    const ada = await account(at("ada"));
    await execute(
      "INSERT INTO user_credential (user_id, password_hash, set_at) VALUES (?, 'x', '2026-11-01 00:00:00.000')",
      ada,
    );
    await relink({ connectionId, issuer: "i", subject: "s", userId: ada });
    expect(await house.services.reader.rows("SELECT user_id FROM user_credential WHERE user_id = ?", [ada])).toEqual(
      [],
    );
    expect((await auditOf("identity.linked"))[0]!.after).toMatchObject({ droppedUnverifiedPassword: true });
  });

  test("leads nobody away from an account that may do more than the caller, and undoes no merge with it", async () => {
    const boss = await account(at("boss"), { roleKeys: ["ADMIN"] });
    const lesser = await account(at("lesser"));
    const person = { subject: "boss", email: at("boss") };
    expect(await arrive(person)).toBe(boss);
    const [identity] = await identitiesOf(boss);
    const helper = keyWith("USERS_WRITE", "USERS_READ");
    expect((await relink({ identityId: identity!.id, userId: lesser }, helper)).codes).toEqual(["FORBIDDEN"]);
    expect((await unmerge(identity!.id, helper)).codes).toEqual(["FORBIDDEN"]);
    expect(await arrive(person)).toBe(boss);
    // Nor once the link is the person's own.
    await relink({ identityId: identity!.id, userId: boss });
    expect((await relink({ identityId: identity!.id, userId: lesser }, helper)).codes).toEqual(["FORBIDDEN"]);
    expect(await arrive(person)).toBe(boss);
  });

  test("leads nobody to an account that may do more than the caller", async () => {
    const boss = await account(at("boss"), { roleKeys: ["ADMIN"] });
    const person = { connectionId, issuer: "i", subject: "s" };
    expect((await relink({ ...person, userId: boss }, keyWith("USERS_WRITE", "USERS_READ"))).codes).toEqual([
      "FORBIDDEN",
    ]);
    expect(await identitiesOf(boss)).toEqual([]);

    const chief = await account(at("chief"));
    await execute("UPDATE app_user SET is_operator = 1 WHERE id = ?", chief);
    expect((await relink({ ...person, userId: chief }, keyWith())).codes).toEqual(["FORBIDDEN"]);

    const guest = await account(at("guest"));
    const elsewhere = house.otherOrganizationId;
    await execute(
      `INSERT INTO membership (organization_id, user_id, created_at) VALUES (?, ?, '2026-11-01 00:00:00.000')`,
      elsewhere,
      guest,
    );
    await execute(
      `INSERT INTO membership_role (organization_id, user_id, role_id, source_kind, created_at)
       SELECT organization_id, ?, id, 'ADMIN', '2026-11-01 00:00:00.000' FROM role
        WHERE organization_id = ? AND role_key = 'ADMIN'`,
      guest,
      elsewhere,
    );
    // Roles elsewhere do not take the home's people out of its administrators' hands.
    expect((await relink({ ...person, userId: guest }, keyWith())).codes).toEqual([]);
    expect((await relink({ ...person, userId: boss }, keyWith())).codes).toEqual([]);
  });

  test("stays in the organization of the connection", async () => {
    const person = { connectionId, issuer: "i", subject: "s" };
    const home = { organizationId: house.otherOrganizationId, email: at("stranger") };
    const stranger = await createUser(house.services, OPERATOR, { ...home, firstName: "X", lastName: "Y" });
    expect((await relink({ ...person, userId: stranger.id })).codes).toEqual(["NOT_FOUND"]);
    // A member whose home is elsewhere signs in there.
    await execute(
      "INSERT INTO membership (organization_id, user_id, created_at) VALUES (?, ?, '2026-11-01 00:00:00.000')",
      organizationId,
      stranger.id,
    );
    expect((await relink({ ...person, userId: stranger.id })).codes).toEqual(["NOT_FOUND"]);
    const ada = await account(at("ada"));
    const outsider = keyOfOrganization(house.otherOrganizationId);
    expect((await relink({ ...person, userId: ada }, outsider)).codes).toEqual(["NOT_FOUND"]);
    expect((await relink({ ...person, userId: ada }, keyWith("USERS_READ"))).codes).toEqual(["FORBIDDEN"]);
    expect((await relink({ ...person, userId: ada }, ANONYMOUS)).codes).toEqual(["UNAUTHENTICATED"]);
    expect(await identitiesOf(ada)).toEqual([]);
  });

  test.each([
    [{}, ["connectionId", "issuer", "subject"]],
    [{ connectionId: "c", issuer: "" }, ["issuer", "subject"]],
    [{ identityId: "i", subject: "s" }, ["subject"]],
    [{ connectionId: "c", issuer: "i", subject: "s".repeat(513) }, ["subject"]],
  ])("by %j is refused at %j", async (person, paths) => {
    const { codes, details } = await relink({ ...person, userId: "u" });
    expect(codes).toEqual(["INVALID_INPUT"]);
    expect(details.fields.map(({ path }: { path: string }) => path)).toEqual(paths);
  });
});

describe("a provider that moved", () => {
  const [OLD, NEW] = ["https://id.example.com", "https://new.example.com"];
  const update = (input: object, caller: Caller = OPERATOR) =>
    ask(
      `mutation ($input: UpdateConnectionInput!) { updateConnection(input: $input) { connection { version } } }`,
      { input: { id: connectionId, ...input } },
      caller,
    );
  const moveTo = (address: string, further: object = {}) =>
    update({ settings: { madeUp: { address, password: "p4ssw0rd" } }, ...further });
  const move = (further: object = {}, caller: Caller = OPERATOR) =>
    relinkMany(
      { fromConnectionId: connectionId, toConnectionId: connectionId, fromIssuer: OLD, toIssuer: NEW, ...further },
      caller,
    );
  const named = (issuer: string) => ({ kind: "named" as const, issuers: [issuer] });
  const addressNow = async () => (await findConnection(house.services.reader, null, connectionId))!.settings["address"];

  test("another issuer is refused until the number of linked people is confirmed", async () => {
    await arrive({ subject: "ada", email: at("ada") });
    await arrive({ subject: "bob", email: at("bob") });
    const refused = await moveTo(NEW);
    expect(refused.codes).toEqual(["CONFIRMATION_REQUIRED"]);
    expect(refused.details).toEqual({ affectedUsers: 2, issuer: { before: OLD, after: NEW } });
    expect(refused.messages[0]).toContain(`from ${OLD} to ${NEW}. 2 users `);
    expect((await moveTo(NEW, { confirmAffectedUsers: 1 })).codes).toEqual(["CONFIRMATION_REQUIRED"]);
    expect(await addressNow()).toBe(OLD);
    const both = await moveTo(NEW, { confirmAffectedUsers: 2, policies: { accountLinking: "NONE" } });
    expect(both.details.fields).toMatchObject([{ path: "policies.accountLinking" }]);
    expect((await moveTo(NEW, { confirmAffectedUsers: 2 })).codes).toEqual([]);
    expect(await addressNow()).toBe(NEW);
    // Back to where the links are, nobody is left behind.
    expect((await moveTo(OLD)).codes).toEqual([]);
  });

  test("users without a link under the issuer before are not counted", async () => {
    expect((await moveTo(NEW)).codes).toEqual([]);
    await arrive({ subject: "ada", email: at("ada") });
    expect((await update({ displayName: "Acme" })).codes).toEqual([]);
    expect((await moveTo("https://third.example.com")).codes).toEqual([]);
  });

  test("where only the provider can name the issuer everybody counts, but while nothing names it nobody does", async () => {
    const { hooks } = house.specimen;
    await arrive({ subject: "ada", email: at("ada") });
    await disableConnection(house.services, OPERATOR, connectionId);
    try {
      hooks.issuer = ({ address }) => (address === OLD ? named(OLD) : { kind: "learnt", from: String(address) });
      const refused = await moveTo(NEW);
      expect(refused.details).toEqual({ affectedUsers: 1, issuer: { before: OLD, after: null } });
      expect((await moveTo(NEW, { confirmAffectedUsers: 1 })).codes).toEqual([]);
      expect((await moveTo("https://third.example.com")).details.issuer).toEqual({ before: null, after: null });
      // Two steps by way of nothing are one change.
      hooks.issuer = ({ address }) => (address === null ? { kind: "open" } : named(address));
      const clear = { settings: { madeUp: { address: null } } };
      expect((await update(clear)).codes).toEqual([]);
      expect((await moveTo(OLD)).codes).toEqual([]);
      expect((await update(clear)).codes).toEqual([]);
      expect((await moveTo(NEW)).details).toEqual({ affectedUsers: 1, issuer: { before: null, after: NEW } });
    } finally {
      hooks.issuer = null;
    }
  });

  test("the refusal names both issuers and the day, and the people come back once their links are moved", async () => {
    const people = ["ada", "bob"].map((subject) => ({ subject, email: at(subject) }));
    const [ada, bob] = [await arrive(people[0]!), await arrive(people[1]!)];
    house.advance(60);
    await moveTo(NEW, { confirmAffectedUsers: 2 });
    const changedAt = (await findConnection(house.services.reader, null, connectionId))!.issuerChangedAt;
    expect(changedAt).toEqual(house.services.runtime.clock());
    house.advance(60);
    const back = people.map((person) => ({ ...person, issuer: NEW }));
    expect(await arrive(back[0]!)).toBe("ISSUER_CHANGED");
    // A different subject with the address is a different person, wherever it comes from.
    expect(await arrive({ ...back[0]!, subject: "ada-2" })).toBe("SUBJECT_CHANGED");

    const done = { issuer: OLD, ok: true, code: null, message: null, identityId: expect.any(String) };
    const results = [
      { ...done, userId: ada, subject: "ada" },
      { ...done, userId: bob, subject: "bob" },
    ];
    const before = (await eventsOf(house, organizationId)).length;
    expect((await move({ dryRun: true })).data.relinkIdentities).toEqual({ results, hasMore: false });
    expect(await eventsOf(house, organizationId)).toHaveLength(before);
    expect(await arrive(back[0]!)).toBe("ISSUER_CHANGED");
    expect((await move()).data.relinkIdentities).toEqual({ results, hasMore: false });
    for (const [index, person] of back.entries()) expect(await arrive(person)).toBe([ada, bob][index]);
    expect(await identitiesOf(String(ada))).toMatchObject([{ issuer: NEW, subject: "ada", linkKind: "OWN" }]);
    expect((await move()).data.relinkIdentities.results).toEqual([]);
    expect(await auditOf("identity.moved")).toMatchObject([
      { before: { issuer: OLD, userId: ada }, after: { issuer: NEW, userId: ada, connectionId } },
      { before: { userId: bob } },
    ]);
    const told = (await eventsOf(house, organizationId)).filter(({ type }) => type === "user.linked");
    expect(told.map(({ data }) => [data.user.id, data.identity.issuer])).toEqual([
      [ada, NEW],
      [bob, NEW],
    ]);
  });

  test("what merging made, hides and must not make again stays so", async () => {
    await switchTo("NONE");
    const ada = await arrive({ subject: "ada", email: at("ada") });
    const joined = await account(at("ada"));
    await switchTo("MERGE_BY_EMAIL", 1);
    expect(await arrive({ subject: "ada", email: at("ada") })).toBe(joined);
    const eve = await account(at("eve"));
    await arrive({ subject: "eve", email: at("eve") });
    await unmerge((await identitiesOf(eve))[0]!.id);
    const own = await arrive({ subject: "eve", email: at("eve") });
    await moveTo(NEW, { confirmAffectedUsers: 2 });
    expect((await move()).data.relinkIdentities.results.map(({ userId }: any) => userId).toSorted()).toEqual(
      [joined, own].toSorted(),
    );
    expect(await arrive({ subject: "ada", email: at("ada"), issuer: NEW })).toBe(joined);
    expect(await arrive({ subject: "eve", email: at("eve"), issuer: NEW })).toBe(own);
    await switchTo("NONE", 1);
    expect(await arrive({ subject: "ada", email: at("ada"), issuer: NEW })).toBe(ada);
  });

  test("what merging hides is moved only by those who hold all that its account may do", async () => {
    await switchTo("NONE");
    const boss = await account(at("ada"), { authMethod: "SSO", roleKeys: ["ADMIN"] });
    expect(await arrive({ subject: "ada", email: at("ada") })).toBe(boss);
    const joined = await account(at("ada"));
    await switchTo("MERGE_BY_EMAIL", 1);
    expect(await arrive({ subject: "ada", email: at("ada") })).toBe(joined);
    await moveTo(NEW, { confirmAffectedUsers: 1 });
    const { data } = await move({}, keyWith("USERS_WRITE"));
    expect(data.relinkIdentities.results).toMatchObject([{ userId: joined, code: "FORBIDDEN" }]);
    expect((await move()).data.relinkIdentities.results).toMatchObject([{ userId: joined, ok: true }]);
  });

  test("moving says who is not there, not allowed, or taken, and asks for issuers that make sense", async () => {
    await switchTo("NONE");
    const ada = await arrive({ subject: "ada", email: at("ada") });
    const bob = await arrive({ subject: "bob", email: at("bob") });
    const boss = await account(at("boss"), { authMethod: "SSO", roleKeys: ["ADMIN"] });
    expect(await arrive({ subject: "boss", email: at("boss") })).toBe(boss);
    await moveTo(NEW, { confirmAffectedUsers: 3 });
    // The same subject with another address may be somebody else: an account of their own, and bob's link is taken.
    const other = await arrive({ subject: "bob", email: at("other"), issuer: NEW });
    const { data } = await move({}, keyWith("USERS_WRITE"));
    expect(Object.fromEntries(data.relinkIdentities.results.map((each: any) => [each.userId, each.code]))).toEqual({
      [ada]: null,
      [bob]: "IDENTITY_TAKEN",
      [boss]: "FORBIDDEN",
    });
    expect(await arrive({ subject: "bob", email: at("other"), issuer: NEW })).toBe(other);

    const pathsOf = async (further: object) =>
      (await move(further)).details.fields.map(({ path }: { path: string }) => path);
    expect(await pathsOf({ fromIssuer: null, toIssuer: null })).toEqual(["fromIssuer", "toIssuer"]);
    expect(await pathsOf({ toIssuer: null })).toEqual(["toIssuer"]);
    expect(await pathsOf({ toIssuer: OLD })).toEqual(["toIssuer"]);
    house.specimen.hooks.issuer = () => ({ kind: "learnt", from: OLD });
    expect(await pathsOf({ toIssuer: "i".repeat(513) })).toEqual(["toIssuer"]);
    house.specimen.hooks.issuer = null;
    expect(await pathsOf({ toIssuer: "https://slip.example.com" })).toEqual(["toIssuer"]);
    expect(await pathsOf({ toConnectionId: await activeConnection() })).toEqual(["fromIssuer", "toIssuer"]);
    expect((await move({}, keyWith("CONNECTIONS_WRITE"))).codes).toEqual(["FORBIDDEN"]);
  });
});

describe("moving people to another connection", () => {
  let to: string;
  beforeEach(async () => {
    await switchTo("NONE");
    to = await activeConnection();
  });
  const move = (further: object = {}, caller: Caller = OPERATOR) =>
    relinkMany({ fromConnectionId: connectionId, toConnectionId: to, ...further }, caller);

  test("of the same provider: they sign in as before; asked first, nothing changes", async () => {
    const people = ["ada", "bob"].map((subject) => ({ subject, email: at(subject) }));
    const [ada, bob] = [await arrive(people[0]!), await arrive(people[1]!)];
    const before = (await eventsOf(house, organizationId)).length;
    const preview = await move({ dryRun: true });
    expect(preview.messages).toEqual([]);
    const done = {
      issuer: "https://id.example.com",
      ok: true,
      code: null,
      message: null,
      identityId: expect.any(String),
    };
    const results = [
      { ...done, userId: ada, subject: "ada" },
      { ...done, userId: bob, subject: "bob" },
    ];
    expect(preview.data.relinkIdentities).toEqual({ results, hasMore: false });
    expect(await eventsOf(house, organizationId)).toHaveLength(before);
    expect(await sessionsOf(ada)).toBe(1);

    expect((await move()).data.relinkIdentities).toEqual({ results, hasMore: false });
    expect(await sessionsOf(ada)).toBe(0);
    expect((await identitiesOf(ada)).map(({ connection }) => connection.id)).toEqual([to]);
    for (const [index, person] of people.entries())
      expect(await arrive({ ...person, through: to })).toBe([ada, bob][index]);
    expect(await auditOf("identity.moved")).toMatchObject([
      { before: { connectionId, userId: ada }, after: { connectionId: to, userId: ada, endedSessions: 1 } },
      { before: { userId: bob } },
    ]);
    const told = (await eventsOf(house, organizationId)).filter(({ type }) => type === "user.linked");
    expect(told.map(({ data }) => [data.user.id, data.connectionId])).toEqual([
      [ada, to],
      [bob, to],
    ]);
  });

  test("of another provider: the account waits for its address, once, and only for one that is verified", async () => {
    const ada = await arrive({ subject: "ada", email: at("ada") });
    await move();
    const there = { issuer: "https://new.example.com", through: to };
    const email = at("Ada");
    expect(await arrive({ ...there, subject: "n1", email, emailVerified: false })).toBe("SUBJECT_CHANGED");
    expect(await arrive({ ...there, subject: "n1", email, emailVerified: null })).toBe("SUBJECT_CHANGED");
    expect(await arrive({ ...there, subject: "n1", email })).toBe(ada);
    expect(await arrive({ ...there, subject: "n2", email })).toBe("SUBJECT_CHANGED");
    expect(await arrive({ ...there, subject: "n1", email: at("else") })).toBe(ada);
    expect((await identitiesOf(ada)).map(({ subject, retiredAt }) => [subject, retiredAt === null])).toEqual([
      ["ada", false],
      ["n1", true],
    ]);
  });

  test("a link that is used, or of the same issuer, waits for nobody", async () => {
    const ada = await arrive({ subject: "ada", email: at("ada") });
    await move();
    expect(await arrive({ subject: "thief", email: at("ada"), through: to })).toBe("SUBJECT_CHANGED");
    expect(await arrive({ subject: "ada", email: at("ada"), through: to })).toBe(ada);
    const there = { issuer: "https://new.example.com", through: to };
    expect(await arrive({ ...there, subject: "n1", email: at("ada") })).toBe("SUBJECT_CHANGED");
  });

  test("moves those who are named, and says who is not there, not allowed, or taken", async () => {
    const ada = await arrive({ subject: "ada", email: at("ada") });
    const bob = await arrive({ subject: "bob", email: at("bob") });
    const boss = await account(at("boss"), { authMethod: "SSO", roleKeys: ["ADMIN"] });
    expect(await arrive({ subject: "boss", email: at("boss") })).toBe(boss);
    const other = await arrive({ subject: "bob", email: at("other"), through: to });
    const nobody = await account(at("nobody"));
    const mover = keyWith("USERS_WRITE");
    const { data } = await move({ userIds: [nobody, ada, bob, boss] }, mover);
    expect(Object.fromEntries(data.relinkIdentities.results.map((each: any) => [each.userId, each.code]))).toEqual({
      [ada]: null,
      [bob]: "IDENTITY_TAKEN",
      [boss]: "FORBIDDEN",
      [nobody]: "NOT_FOUND",
    });
    expect(await arrive({ subject: "bob", email: at("bob") })).toBe(bob);
    expect(await arrive({ subject: "bob", email: at("other"), through: to })).toBe(other);
    expect((await identitiesOf(boss))[0]!.connection.id).toBe(connectionId);
    expect((await identitiesOf(ada))[0]!.connection.id).toBe(to);
  });

  test("takes along what merging made, as the person's own", async () => {
    await switchTo("MERGE_BY_EMAIL", 0);
    const ada = await account(at("ada"));
    expect(await arrive({ subject: "ada", email: at("ada") })).toBe(ada);
    await move();
    expect(await arrive({ subject: "ada", email: at("ada"), through: to })).toBe(ada);
    expect((await identitiesOf(ada))[0]).toMatchObject({ linkKind: "OWN", hidden: false });
  });

  test("is refused between organizations, to the same connection, for too many, and for those who may not", async () => {
    const foreign = await createConnection(house.services, OPERATOR, {
      organizationId: house.otherOrganizationId,
      displayName: "X",
      settings: { madeUp: COMPLETE },
    });
    const paths = async (further: object) =>
      (await move(further)).details.fields.map(({ path }: { path: string }) => path);
    expect(await paths({ toConnectionId: foreign.id })).toEqual(["toConnectionId"]);
    expect(await paths({ toConnectionId: connectionId })).toEqual(["fromIssuer", "toIssuer"]);
    expect(await paths({ userIds: Array.from({ length: 501 }, String) })).toEqual(["userIds"]);
    expect((await move({ toConnectionId: foreign.id }, keyWith())).codes).toEqual(["NOT_FOUND"]);
    expect((await move({}, keyWith("USERS_READ", "CONNECTIONS_WRITE"))).codes).toEqual(["FORBIDDEN"]);
    expect((await move({ dryRun: true }, keyOfOrganization(house.otherOrganizationId))).codes).toEqual(["NOT_FOUND"]);
  });
});

describe("requests to link", () => {
  const person = () => ({ subject: "ada", email: at("ada") });
  let ada: string;
  beforeEach(async () => {
    await switchTo("ADMIN_LINK");
    ada = await account(at("ada"));
    expect(await arrive(person())).toBe("LINK_PENDING");
  });
  const list = (filter: object | null = null, caller: Caller = OPERATOR) =>
    ask(
      `query ($id: ID!, $filter: LinkRequestFilter) { linkRequests(organizationId: $id, filter: $filter, first: 10) {
         totalCount nodes { id state issuer subject email decidedAt decidedBy user { id } connection { id } } } }`,
      { id: organizationId, filter },
      caller,
    );
  const only = async () => (await list()).data.linkRequests.nodes[0];
  const answer = (verb: "approve" | "reject", id: string, caller: Caller = OPERATOR) =>
    ask(
      `mutation ($id: ID!) { ${verb}LinkRequest(id: $id) { linkRequest { state decidedBy user { id } } } }`,
      { id },
      caller,
    );

  test("are listed once, by their state", async () => {
    expect(await arrive(person())).toBe("LINK_PENDING");
    expect((await list({ state: "PENDING" })).data.linkRequests).toEqual({
      totalCount: 1,
      nodes: [
        {
          id: expect.any(String),
          state: "PENDING",
          issuer: "https://id.example.com",
          ...person(),
          decidedAt: null,
          decidedBy: null,
          user: { id: ada },
          connection: { id: connectionId },
        },
      ],
    });
    expect((await list({ state: "APPROVED" })).data.linkRequests.nodes).toEqual([]);
    const addresses = (caller: Caller) =>
      ask(`query ($id: ID!) { linkRequests(organizationId: $id) { nodes { email } } }`, { id: organizationId }, caller);
    expect((await addresses(keyWith("USERS_WRITE"))).codes).toEqual(["FORBIDDEN"]);
    expect((await addresses(keyOfOrganization(house.otherOrganizationId))).codes).toEqual(["NOT_FOUND"]);
    expect((await addresses(keyWith("USERS_READ"))).codes).toEqual([]);
  });

  test("that are approved link the person for good", async () => {
    const { id } = await only();
    const { data, messages } = await answer("approve", id);
    expect(messages).toEqual([]);
    expect(data.approveLinkRequest.linkRequest).toMatchObject({ state: "APPROVED", user: { id: ada } });
    expect(await arrive(person())).toBe(ada);
    expect((await identitiesOf(ada))[0]).toMatchObject({ linkKind: "OWN", hidden: false });
    expect((await answer("approve", id)).messages).toEqual([]);
    expect((await answer("reject", id)).codes).toEqual(["LINK_REQUEST_DECIDED"]);
    expect(await auditOf("link_request.approved")).toHaveLength(1);
    await switchTo("NONE");
    expect(await arrive(person())).toBe(ada);
  });

  test("are made anew once the link that one made is gone, and the latest answer counts", async () => {
    await answer("approve", (await only()).id);
    expect(await arrive(person())).toBe(ada);
    await execute("DELETE FROM identity WHERE user_id = ?", ada);
    expect(await arrive(person())).toBe("LINK_PENDING");
    const { nodes } = (await list()).data.linkRequests;
    expect(nodes.map(({ state }: { state: string }) => state).toSorted()).toEqual(["APPROVED", "PENDING"]);
    const { id } = nodes.find(({ state }: { state: string }) => state === "PENDING");
    expect((await answer("reject", id)).messages).toEqual([]);
    expect([ada, "LINK_PENDING"]).not.toContain(await arrive(person()));
  });

  test("that are rejected leave the account alone, and the person gets one of their own", async () => {
    const { id } = await only();
    expect((await answer("reject", id)).messages).toEqual([]);
    const own = await arrive(person());
    expect([ada, "LINK_PENDING"]).not.toContain(own);
    expect((await answer("approve", id)).codes).toEqual(["LINK_REQUEST_DECIDED"]);
    expect(await identitiesOf(ada)).toEqual([]);
  });

  test("drop an unproved password of the account", async () => {
    await execute(
      "INSERT INTO user_credential (user_id, password_hash, set_at) VALUES (?, 'x', '2026-11-01 00:00:00.000')",
      ada,
    );
    await answer("approve", (await only()).id);
    expect(await house.services.reader.rows("SELECT user_id FROM user_credential WHERE user_id = ?", [ada])).toEqual(
      [],
    );
  });

  test("are not approved when the person has got an account elsewhere meanwhile", async () => {
    await switchTo("NONE");
    const own = await arrive(person());
    expect((await answer("approve", (await only()).id)).codes).toEqual(["IDENTITY_TAKEN"]);
    expect(await arrive(person())).toBe(own);
  });

  test("are answered by holders of USERS_WRITE who may do what the account may", async () => {
    const boss = await account(at("boss"), { roleKeys: ["ADMIN"] });
    expect(await arrive({ subject: "boss", email: at("boss") })).toBe("LINK_PENDING");
    const { id, user } = await only();
    expect(user.id).toBe(boss);
    expect((await answer("approve", id, keyWith("USERS_WRITE", "USERS_READ"))).codes).toEqual(["FORBIDDEN"]);
    for (const verb of ["approve", "reject"] as const) {
      expect((await answer(verb, id, keyWith("USERS_READ"))).codes).toEqual(["FORBIDDEN"]);
      expect((await answer(verb, id, keyOfOrganization(house.otherOrganizationId))).codes).toEqual(["NOT_FOUND"]);
    }
    expect((await only()).state).toBe("PENDING");
    expect((await answer("approve", id, keyWith())).codes).toEqual([]);
  });
});

test("linking is described in the schema", () => {
  expect(findUndescribed(schema)).toEqual([]);
});
