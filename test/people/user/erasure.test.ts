/** Deleting people: the reasons that prevent it, and the erasure of their personal data. */
import { expect, test } from "@jest/globals";
import { addUsersToGroup } from "../../../src/people/group/group-members.operations.js";
import { createGroup } from "../../../src/people/group/group.operations.js";
import { DEFAULT_ORGANIZATION_POLICIES } from "../../../src/people/organization/policies.js";
import type { DeletionParts } from "../../../src/people/user/delete/delete-guard.js";
import { deleteUser } from "../../../src/people/user/delete/delete.operations.js";
import { ERASED, redactPerson } from "../../../src/people/user/delete/redact.js";
import { actOnUser } from "../../../src/people/user/status/status.operations.js";
import { USER_EVENTS } from "../../../src/people/user/user.events.js";
import { readUser, updateUser } from "../../../src/people/user/user.operations.js";
import { eraseAttempts } from "../../../src/sign-in/attempt/attempt.repository.js";
import { eraseAnswers } from "../../../src/webhooks/delivery/erase-answers.js";
import { codeOf, makeOrganization, makeUser, useHouse, OPERATOR, personIn } from "../../support/house.js";

const PARTS: DeletionParts = { guards: [], erasers: [eraseAttempts, eraseAnswers] };

const house = useHouse();

const { inUnit } = house;

/** All rows of every table as text, by table. */
async function readEverything(): Promise<ReadonlyMap<string, string>> {
  const everything = new Map<string, string>();
  for (const { tableName } of house.database.dataSource.entityMetadatas)
    everything.set(tableName, JSON.stringify(await house.database.reader.rows(`SELECT * FROM ${tableName}`)));
  return everything;
}

async function useSeat(userId: string, cycleEndsAt: Date) {
  await inUnit((unit) =>
    unit.execute("UPDATE seat SET used_at = ?, cycle_ends_at = ? WHERE user_id = ?", [unit.now, cycleEndsAt, userId]),
  );
}

async function makeOrganizationWithSeats() {
  const organization = await makeOrganization(house);
  await inUnit((unit) =>
    unit.execute("UPDATE organization SET total_seats = 5, policies = ? WHERE id = ?", [
      JSON.stringify({ ...DEFAULT_ORGANIZATION_POLICIES, seatModel: "ACTIVE_USER" }),
      organization.id,
    ]),
  );
  return organization;
}

test("no table identifies an erased person any more, and the log keeps the events", async () => {
  const { id: organizationId } = await makeOrganizationWithSeats();
  const secret = "xyzzy";
  const user = await makeUser(house, organizationId, {
    email: `${secret}@example.com`,
    firstName: `${secret}1`,
    lastName: `${secret}2`,
    username: `${secret}3`,
    employeeId: `${secret}4`,
    profile: { phone: `${secret}5`, custom: [{ name: "pet", value: `${secret}6` }] },
  });
  const { id: groupId } = await createGroup(house.store, OPERATOR, { organizationId, name: "Team" });
  await addUsersToGroup(house.store, OPERATOR, { groupId, userIds: [user.id] });
  await updateUser(house.store, OPERATOR, { id: user.id, lastName: `${secret}7`, roleKeys: ["MANAGER"] });
  await actOnUser(house.store, OPERATOR, "DISABLE", user.id);
  await inUnit(async (unit) => {
    await unit.execute("INSERT INTO user_credential (user_id, password_hash, set_at) VALUES (?, ?, ?)", [
      user.id,
      `${secret}8`,
      unit.now,
    ]);
    await unit.execute(
      `INSERT INTO sign_in_attempt (id, reference, organization_id, user_id, outcome, detail, steps, issuer, subject, email,
                                    address, user_agent, occurred_at)
       VALUES ('a1', 'R-1', ?, ?, 'SUCCEEDED', ?, '[]', ?, ?, ?, ?, ?, ?)`,
      [organizationId, user.id, ...Array<string>(6).fill(secret), unit.now],
    );
    // The receiver repeats the request in its answer.
    await unit.execute(
      `INSERT INTO webhook_endpoint (id, organization_id, url, state, secret, secret_set_at, concurrency, timeout_seconds,
                                     version, created_at, updated_at)
       VALUES ('w1', ?, 'https://receiver.example/', 'ACTIVE', 'sealed', ?, 1, 15, 1, ?, ?)`,
      [organizationId, unit.now, unit.now, unit.now],
    );
    await unit.execute(
      `INSERT INTO webhook_attempt (id, endpoint_id, event_id, sequence, event_type, kind, number, succeeded, status, answer,
                                    started_at, duration_ms)
       SELECT e.id, 'w1', e.id, e.sequence, e.type, 'FIRST', 1, 1, 200, e.data, ?, 1 FROM event e
        WHERE e.organization_id = ? AND e.type IN ('user.created', 'group.created')`,
      [unit.now, organizationId],
    );
  });
  const bystander = await makeUser(house, organizationId, { email: "bystander@example.com", lastName: "Bystander" });
  expect([...(await readEverything()).values()].join("")).toContain(secret);
  const read = () =>
    house.database.reader.rows<{ sequence: number; type: string; data: string; subject_version: number }>(
      "SELECT sequence, type, data, subject_version FROM event WHERE organization_id = ? ORDER BY sequence",
      [organizationId],
    );
  const before = await read();

  expect(await deleteUser(house.store, PARTS, OPERATOR, user.id)).toMatchObject({ id: user.id, organizationId });

  for (const [table, text] of await readEverything()) expect([table, text.includes(secret)]).toEqual([table, false]);
  const after = await read();
  expect(after.map(({ sequence }) => sequence)).toEqual(after.map((_, index) => index + 1));
  const envelope = ({ sequence, type, subject_version }: (typeof after)[number]) => ({
    sequence,
    type,
    subject_version,
  });
  expect(after.slice(0, before.length).map(envelope)).toEqual(before.map(envelope));
  expect(after.slice(before.length).map(({ type }) => type)).toEqual(["group.member_removed", "user.deleted"]);
  for (const { type, data } of after) {
    const known = USER_EVENTS.find((each) => each.type === type);
    if (known !== undefined) expect(known.data.safeParse(JSON.parse(data)).error).toBeUndefined();
  }
  const disabled = JSON.parse(after.find(({ type }) => type === "user.disabled")?.data ?? "{}");
  expect(disabled).toMatchObject({
    user: { id: user.id, email: ERASED, lastName: ERASED, status: "DISABLED", roles: ["MANAGER"], groups: [groupId] },
    changed: { status: { before: "ACTIVE", after: "DISABLED" } },
  });
  const attempt = await house.database.reader.row("SELECT outcome, email, user_agent FROM sign_in_attempt");
  expect(attempt).toEqual({ outcome: "SUCCEEDED", email: null, user_agent: null });
  const answers = await house.database.reader.rows("SELECT event_type, answer FROM webhook_attempt ORDER BY sequence");
  expect(answers).toEqual([
    { event_type: "user.created", answer: null },
    { event_type: "group.created", answer: expect.stringContaining("Team") },
  ]);
  const audit = await house.database.reader.rows<{ action: string }>(
    "SELECT action FROM audit_entry WHERE subject_id = ? ORDER BY id",
    [user.id],
  );
  expect(audit.map(({ action }) => action)).toEqual([
    "user.created",
    "user.updated",
    "user.role_changed",
    "user.disabled",
    "user.deleted",
  ]);
  expect(await codeOf(readUser(house.store, OPERATOR, user.id))).toBe("NOT_FOUND");
  expect((await readUser(house.store, OPERATOR, bystander.id)).lastName).toBe("Bystander");
  // The address is free again.
  expect(await codeOf(makeUser(house, organizationId, { email: `${secret}@example.com` }))).toBe("NONE");
});

test("a seat that was used in this billing cycle prevents the deletion, with the reason and its end", async () => {
  const { id: organizationId } = await makeOrganizationWithSeats();
  const { id } = await makeUser(house, organizationId);
  const end = new Date(house.clock.now.getTime() + 60_000);
  await useSeat(id, end);
  const refused = {
    code: "DELETION_REFUSED",
    details: { reasons: [{ code: "SEAT_USED", message: expect.any(String), until: end.toISOString() }] },
  };
  await expect(deleteUser(house.store, PARTS, OPERATOR, id)).rejects.toMatchObject(refused);
  const document = "mutation ($ids: [ID!]!) { deleteUsers(ids: $ids) { results { userId ok code details } } }";
  const { data } = await house.ask(OPERATOR, document, { ids: [id] });
  expect(data.deleteUsers.results).toEqual([{ userId: id, ok: false, ...refused }]);
  expect((await readUser(house.store, OPERATOR, id)).status).toBe("ACTIVE");

  // After the cycle, or with an unused seat, the deletion succeeds and frees the seat.
  await useSeat(id, new Date(house.clock.now.getTime() - 1));
  const { id: unused } = await makeUser(house, organizationId, { email: "unused@example.com" });
  for (const each of [id, unused]) expect(await codeOf(deleteUser(house.store, PARTS, OPERATOR, each))).toBe("NONE");
  const row = await house.database.reader.row<{ seats_in_use: number }>(
    "SELECT seats_in_use FROM organization WHERE id = ?",
    [organizationId],
  );
  expect(row?.seats_in_use).toBe(0);
});

test("the reasons of other modules are listed, and nothing is deleted", async () => {
  const { id: organizationId } = await makeOrganizationWithSeats();
  const { id } = await makeUser(house, organizationId);
  await useSeat(id, new Date(house.clock.now.getTime() + 1));
  const reason = { code: "RESULTS_KEPT", message: "Results are kept.", until: null };
  let erased = 0;
  const parts: DeletionParts = {
    guards: [async () => [], async (_, user) => (user.id === id ? [reason] : [])],
    erasers: [
      async () => {
        erased += 1;
      },
    ],
  };
  await expect(deleteUser(house.store, parts, OPERATOR, id)).rejects.toMatchObject({
    details: { reasons: [{ code: "SEAT_USED" }, reason] },
  });
  expect(erased).toBe(0);
  const { id: other } = await makeUser(house, organizationId, { email: "other@example.com" });
  await deleteUser(house.store, parts, OPERATOR, other);
  expect(erased).toBe(1);
});

test("refuses to delete the last administrator, and administrators of another organization cannot delete", async () => {
  const { id: organizationId } = await makeOrganization(house);
  const { id: elsewhere } = await makeOrganization(house);
  const { id } = await makeUser(house, organizationId, { roleKeys: ["ADMIN"] });
  const remove = (caller: typeof OPERATOR) => codeOf(deleteUser(house.store, PARTS, caller, id));
  expect(await remove(OPERATOR)).toBe("LAST_ADMINISTRATOR");
  expect(await remove(personIn(elsewhere, "administrator"))).toBe("NOT_FOUND");
  expect(await remove(personIn(organizationId, "plain", ["USERS_READ"]))).toBe("FORBIDDEN");
  await makeUser(house, organizationId, { email: "two@example.com", roleKeys: ["ADMIN"] });
  expect(await remove(OPERATOR)).toBe("NONE");
  expect(await remove(OPERATOR)).toBe("NOT_FOUND");
});

test("unknown texts are erased, too", () => {
  expect(
    redactPerson({
      user: { id: "1", status: "ACTIVE", profile: { phone: "1" }, tags: ["a", { b: "c" }], age: 5, username: null },
      changed: { roles: { before: ["USER"], after: [] }, email: { before: "a", after: "b" } },
    }),
  ).toEqual({
    user: {
      id: "1",
      status: "ACTIVE",
      profile: { phone: ERASED },
      tags: [ERASED, { b: ERASED }],
      age: 5,
      username: null,
    },
    changed: { roles: { before: ["USER"], after: [] }, email: { before: ERASED, after: ERASED } },
  });
});
