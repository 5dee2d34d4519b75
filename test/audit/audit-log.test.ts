/** The audit log in GraphQL: its order, its filters and its scope. */
import { beforeAll, expect, test } from "@jest/globals";
import { ANONYMOUS } from "../../src/access/caller.js";
import { ensureOperatorKey } from "../../src/people/api-key/operator-key.js";
import { updateUser } from "../../src/people/user/user.operations.js";
import { keyOf, makeOrganization, makeUser, useHouse, OPERATOR, personIn } from "../support/house.js";

const house = useHouse();
let acme: string;
let other: string;
let userId: string;

const LOG = `query ($org: ID, $filter: AuditLogFilter, $first: Int, $after: String, $last: Int, $before: String) {
  auditLog(organizationId: $org, filter: $filter, first: $first, after: $after, last: $last, before: $before) {
    nodes { id action occurredAt cause { kind actor } subject { type id } before after }
    totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;

beforeAll(async () => {
  acme = (await makeOrganization(house)).id;
  other = (await makeOrganization(house)).id;
  const start = house.clock.now.getTime();
  const pass = (minutes: number) => {
    house.clock.now = new Date(start + minutes * 60_000);
  };
  pass(1);
  userId = (await makeUser(house, acme)).id;
  pass(2);
  await updateUser(house.store, personIn(acme, "admin-1"), { id: userId, firstName: "Augusta", roleKeys: ["MANAGER"] });
  pass(3);
  await makeUser(house, acme, { email: "second@example.com" });
  await makeUser(house, other);
  await ensureOperatorKey(house.store, "usher_op_audit");
});

async function read(variables: Record<string, unknown> = {}) {
  const { data, codes } = await house.ask(keyOf(acme, "AUDIT_READ"), LOG, { org: acme, ...variables });
  expect(codes).toEqual([]);
  return { ...data.auditLog, actions: data.auditLog.nodes.map((node: { action: string }) => node.action) as string[] };
}

const ALL = ["user.created", "user.role_changed", "user.updated", "user.created", "organization.created"];

test("shows actions, newest first, with the values before and after", async () => {
  const { nodes, actions, totalCount } = await read();
  expect(actions).toEqual(ALL);
  expect(totalCount).toBe(5);
  expect(nodes[1]).toEqual({
    id: expect.any(String),
    action: "user.role_changed",
    occurredAt: "2026-11-23T09:02:00.000Z",
    cause: { kind: "ADMINISTRATOR", actor: "admin-1" },
    subject: { type: "user", id: userId },
    before: { roles: ["USER"] },
    after: { roles: ["MANAGER"] },
  });
});

test("is paged forwards and backwards", async () => {
  const first = await read({ first: 3 });
  const second = await read({ first: 3, after: first.pageInfo.endCursor });
  expect([...first.actions, ...second.actions]).toEqual(ALL);
  expect(second.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
  const back = await read({ last: 3, before: second.pageInfo.startCursor });
  expect(back.actions).toEqual(first.actions);
});

test.each([
  [{ actions: ["user.role_changed", "organization.created"] }, ["user.role_changed", "organization.created"]],
  [{ actor: "admin-1" }, ["user.role_changed", "user.updated"]],
  [{ subjectType: "organization" }, ["organization.created"]],
  [{ from: "2026-11-23T09:02:00Z", to: "2026-11-23T10:03:00+01:00" }, ["user.role_changed", "user.updated"]],
  [{ actions: [] }, ALL],
])("is filtered by %j", async (filter, expected) => {
  const { actions, totalCount } = await read({ filter });
  expect(actions).toEqual(expected);
  expect(totalCount).toBe(expected.length);
});

test("is filtered by the object of the action", async () => {
  const { actions } = await read({ filter: { subjectType: "user", subjectId: userId } });
  expect(actions).toEqual(["user.role_changed", "user.updated", "user.created"]);
});

test("is shown only to callers of its organization with AUDIT_READ, and the installation's log only to the operator", async () => {
  const ask = (caller: typeof OPERATOR, org: string | null) => house.ask(caller, LOG, { org });
  expect((await ask(keyOf(other, "AUDIT_READ"), acme)).codes).toEqual(["NOT_FOUND"]);
  expect((await ask(personIn(acme, "plain", ["USERS_READ"]), acme)).codes).toEqual(["FORBIDDEN"]);
  for (const org of [acme, null]) expect((await ask(ANONYMOUS, org)).codes).toEqual(["UNAUTHENTICATED"]);
  // Without an organization, callers get the entries of their own organization, not those of the installation.
  const own = await ask(keyOf(acme, "AUDIT_READ"), acme);
  expect(own.data.auditLog.nodes).not.toEqual([]);
  expect((await ask(keyOf(acme, "AUDIT_READ"), null)).data).toEqual(own.data);
  const { data } = await ask(OPERATOR, null);
  expect(data.auditLog.nodes).toMatchObject([{ action: "operator_key.created", before: null, after: null }]);
});
