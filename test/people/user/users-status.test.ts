/** The status of accounts: every transition, the end of access, protected users, and many users at once. */
import { describe, expect, test } from "@jest/globals";
import { ANONYMOUS, type Caller } from "../../../src/access/caller.js";
import { DEFAULT_ORGANIZATION_POLICIES } from "../../../src/people/organization/policies.js";
import { openSession } from "../../../src/people/session/session.repository.js";
import { actOnUser } from "../../../src/people/user/status/status.operations.js";
import { findTransition, STATUS_ACTIONS, type StatusAction } from "../../../src/people/user/status/user-status.js";
import { readUser, updateUser } from "../../../src/people/user/user.operations.js";
import { USER_STATUSES, type UserStatus } from "../../../src/people/user/user.js";
import { countQueries } from "../../../src/platform/database/query-count.js";
import { LOCK_STATEMENTS } from "../../support/database.js";
import {
  codeOf,
  countRows,
  keyOf,
  makeOrganization,
  makeUser,
  useHouse,
  OPERATOR,
  personIn,
} from "../../support/house.js";

const house = useHouse();

const { inUnit, auditOf } = house;

const act = (action: StatusAction, id: string, caller: Caller = OPERATOR) => actOnUser(house.store, caller, action, id);

async function setStatus(id: string, status: UserStatus) {
  await inUnit(async (unit) => {
    await unit.execute("UPDATE app_user SET status = ? WHERE id = ?", [status, id]);
    await unit.execute("UPDATE membership SET status = ? WHERE user_id = ?", [status, id]);
  });
}

async function eventsOf(id: string) {
  return (await house.eventsOf(id)).map(({ type, version, data }) => ({ type, version, ...data }));
}

async function setPlan(organizationId: string, totalSeats: number | null, policies: Record<string, unknown>) {
  await inUnit((unit) =>
    unit.execute("UPDATE organization SET total_seats = ?, policies = ? WHERE id = ?", [
      totalSeats,
      JSON.stringify({ ...DEFAULT_ORGANIZATION_POLICIES, ...policies }),
      organizationId,
    ]),
  );
}

async function seatsInUse(organizationId: string) {
  const row = await house.database.reader.row<{ seats_in_use: number }>(
    "SELECT seats_in_use FROM organization WHERE id = ?",
    [organizationId],
  );
  return row?.seats_in_use;
}

describe("transitions", () => {
  /** The effect of each action on each status: `same` records no event, `-` is a refusal. */
  const EXPECTED: Readonly<Record<StatusAction, Readonly<Record<UserStatus, string>>>> = {
    ENABLE: { INVITED: "-", PENDING_APPROVAL: "-", ACTIVE: "same", DISABLED: "ACTIVE", ARCHIVED: "-" },
    DISABLE: {
      INVITED: "DISABLED",
      PENDING_APPROVAL: "DISABLED",
      ACTIVE: "DISABLED",
      DISABLED: "same",
      ARCHIVED: "-",
    },
    ARCHIVE: {
      INVITED: "ARCHIVED",
      PENDING_APPROVAL: "ARCHIVED",
      ACTIVE: "ARCHIVED",
      DISABLED: "ARCHIVED",
      ARCHIVED: "same",
    },
    RESTORE: { INVITED: "-", PENDING_APPROVAL: "-", ACTIVE: "same", DISABLED: "-", ARCHIVED: "ACTIVE" },
    APPROVE: { INVITED: "-", PENDING_APPROVAL: "ACTIVE", ACTIVE: "same", DISABLED: "-", ARCHIVED: "-" },
    REJECT: { INVITED: "-", PENDING_APPROVAL: "ARCHIVED", ACTIVE: "-", DISABLED: "-", ARCHIVED: "same" },
    ACCEPT: { INVITED: "ACTIVE", PENDING_APPROVAL: "-", ACTIVE: "same", DISABLED: "-", ARCHIVED: "-" },
  };
  const VERBS: Readonly<Record<StatusAction, string>> = {
    ENABLE: "enabled",
    DISABLE: "disabled",
    ARCHIVE: "archived",
    RESTORE: "restored",
    APPROVE: "approved",
    REJECT: "rejected",
    ACCEPT: "enabled",
  };

  test.each(STATUS_ACTIONS)("%s has its effect on every status, and none when repeated", async (action) => {
    const { id: organizationId } = await makeOrganization(house);
    for (const status of USER_STATUSES) {
      const { id } = await makeUser(house, organizationId, { email: `${status.toLowerCase()}@example.com` });
      await setStatus(id, status);
      const expected = EXPECTED[action][status];
      if (expected === "-") {
        await expect(act(action, id)).rejects.toMatchObject({
          code: "USER_STATUS_CONFLICT",
          details: { status, action },
        });
        expect((await readUser(house.store, OPERATOR, id)).status).toBe(status);
        expect(await eventsOf(id)).toHaveLength(1);
        continue;
      }
      const is = expected === "same" ? status : (expected as UserStatus);
      for (let times = 0; times < 2; times += 1) {
        const after = await act(action, id);
        expect(after).toMatchObject({ status: is, version: expected === "same" ? 1 : 2 });
      }
      const listed = await house.database.reader.row<{ status: string }>(
        "SELECT status FROM membership WHERE user_id = ?",
        [id],
      );
      expect(listed?.status).toBe(is);
      const [, told, ...more] = await eventsOf(id);
      const audited = (await auditOf(id)).slice(1);
      expect(more).toEqual([]);
      if (expected === "same") expect([told, audited]).toEqual([undefined, []]);
      else {
        const changed = { status: { before: status, after: is } };
        expect(told).toMatchObject({ type: `user.${VERBS[action]}`, version: 2, changed, user: { status: is } });
        expect(audited).toEqual([
          {
            action: `user.${VERBS[action]}`,
            before: { status },
            after: { status: is },
          },
        ]);
      }
    }
  });

  test("a refused action names the possible one, which succeeds", () => {
    for (const action of STATUS_ACTIONS)
      for (const status of USER_STATUSES) {
        const transition = findTransition(status, action);
        if (transition.kind === "REFUSED" && transition.instead !== null)
          expect(findTransition(status, transition.instead).kind).toBe("TO");
      }
  });
});

describe("the end of access", () => {
  test.each(["DISABLE", "ARCHIVE"] as const)("%s ends sessions and one-time links in the same unit", async (action) => {
    const { id: organizationId } = await makeOrganization(house);
    const { id } = await makeUser(house, organizationId);
    const { id: bystander } = await makeUser(house, organizationId, { email: "by@example.com" });
    const letIn = (userId: string) =>
      inUnit(async (unit) => {
        const client = { address: null, userAgent: null };
        const tokenHash = `${action}-${userId}`.slice(0, 64);
        await openSession(unit, {
          policies: DEFAULT_ORGANIZATION_POLICIES,
          tokenHash,
          userId,
          organizationId,
          connectionId: null,
          client,
        });
        await unit.execute(
          `INSERT INTO one_time_token (id, token_hash, kind, user_id, payload, created_at, expires_at)
           VALUES (?, ?, 'SIGN_IN', ?, '{}', ?, ?)`,
          [`${action}-${userId}`.slice(0, 36), tokenHash, userId, unit.now, unit.now],
        );
      });
    await letIn(id);
    await letIn(bystander);
    const count = async (table: string, userId: string) =>
      Number(
        (
          await house.database.reader.row<{ total: number }>(
            `SELECT COUNT(*) AS total FROM ${table} WHERE user_id = ?`,
            [userId],
          )
        )?.total,
      );
    await act(action, id);
    for (const table of ["user_session", "one_time_token"]) {
      expect(await count(table, id)).toBe(0);
      expect(await count(table, bystander)).toBe(1);
    }
  });

  test("a seat is released and taken again, unless it was used", async () => {
    const { id: organizationId } = await makeOrganization(house);
    await setPlan(organizationId, 5, { seatModel: "ACTIVE_USER" });
    const { id } = await makeUser(house, organizationId);
    expect(await seatsInUse(organizationId)).toBe(1);
    await act("DISABLE", id);
    expect(await seatsInUse(organizationId)).toBe(0);
    await act("ENABLE", id);
    await act("ARCHIVE", id);
    await act("RESTORE", id);
    expect(await seatsInUse(organizationId)).toBe(1);
    await inUnit((unit) =>
      unit.execute("UPDATE seat SET used_at = ?, cycle_ends_at = ? WHERE user_id = ? AND released_at IS NULL", [
        unit.now,
        new Date(unit.now.getTime() + 1000),
        id,
      ]),
    );
    await act("DISABLE", id);
    expect(await seatsInUse(organizationId)).toBe(1);
    await act("ENABLE", id);
    expect(await seatsInUse(organizationId)).toBe(1);
    const types = await house.database.reader.rows<{ type: string }>(
      "SELECT type FROM event WHERE organization_id = ? AND type LIKE 'seat.%' ORDER BY sequence",
      [organizationId],
    );
    expect(types.map(({ type }) => type)).toEqual([
      "seat.assigned",
      "seat.released",
      "seat.assigned",
      "seat.released",
      "seat.assigned",
    ]);
  });

  test("a full plan refuses accounts under DENY_PROVISIONING, and makes them active without a seat under BLOCK_TRAINING", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const away = await makeUser(house, organizationId, { email: "away@example.com" });
    await act("DISABLE", away.id);
    await setPlan(organizationId, 1, { seatModel: "ACTIVE_USER", seatsFull: "DENY_PROVISIONING" });
    await makeUser(house, organizationId, { email: "first@example.com" });
    const before = await countRows(house, "app_user");
    await expect(act("ENABLE", away.id)).rejects.toMatchObject({
      code: "SEATS_FULL",
      details: { seatsInUse: 1, totalSeats: 1 },
    });
    expect(await codeOf(makeUser(house, organizationId, { email: "second@example.com" }))).toBe("SEATS_FULL");
    expect(await countRows(house, "app_user")).toBe(before);
    expect((await readUser(house.store, OPERATOR, away.id)).status).toBe("DISABLED");

    await setPlan(organizationId, 1, { seatModel: "ACTIVE_USER", seatsFull: "BLOCK_TRAINING" });
    expect((await act("ENABLE", away.id)).status).toBe("ACTIVE");
    expect(await seatsInUse(organizationId)).toBe(1);
  });

  test("if training takes the seats, a full plan refuses only new accounts", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const away = await makeUser(house, organizationId, { email: "away@example.com" });
    await act("DISABLE", away.id);
    await setPlan(organizationId, 0, { seatModel: "TRAINING_START", seatsFull: "DENY_PROVISIONING" });
    expect(await codeOf(makeUser(house, organizationId, { email: "new@example.com" }))).toBe("SEATS_FULL");
    expect((await act("ENABLE", away.id)).status).toBe("ACTIVE");
  });

  test("two accounts that are enabled at once never exceed the plan", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const users = await Promise.all(
      [1, 2, 3, 4].map((number) => makeUser(house, organizationId, { email: `u${number}@example.com` })),
    );
    for (const { id } of users) await act("DISABLE", id);
    await setPlan(organizationId, 2, { seatModel: "ACTIVE_USER", seatsFull: "DENY_PROVISIONING" });
    const codes = await Promise.all(users.map(({ id }) => codeOf(act("ENABLE", id))));
    expect(codes.toSorted()).toEqual(["NONE", "NONE", "SEATS_FULL", "SEATS_FULL"]);
    expect(await seatsInUse(organizationId)).toBe(2);
  });
});

describe("protected users", () => {
  test.each(["DISABLE", "ARCHIVE"] as const)("%s keeps the last active administrator", async (action) => {
    const { id: organizationId } = await makeOrganization(house);
    const one = await makeUser(house, organizationId, { email: "one@example.com", roleKeys: ["ADMIN"] });
    const two = await makeUser(house, organizationId, { email: "two@example.com", roleKeys: ["ADMIN"] });
    await act(action, one.id);
    expect(await codeOf(act(action, two.id))).toBe("LAST_ADMINISTRATOR");
    expect((await readUser(house.store, OPERATOR, two.id)).status).toBe("ACTIVE");
  });

  test("the owner stays, with another administrator or without", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const owner = await makeUser(house, organizationId, { email: "owner@example.com", roleKeys: ["ADMIN"] });
    await makeUser(house, organizationId, { email: "two@example.com", roleKeys: ["ADMIN"] });
    await inUnit((unit) =>
      unit.execute("UPDATE organization SET owner_user_id = ? WHERE id = ?", [owner.id, organizationId]),
    );
    for (const action of ["DISABLE", "ARCHIVE"] as const)
      expect(await codeOf(act(action, owner.id))).toBe("OWNER_PROTECTED");
    const demote = updateUser(house.store, OPERATOR, { id: owner.id, roleKeys: ["USER"] });
    expect(await codeOf(demote)).toBe("OWNER_PROTECTED");
    const remove = await house.ask(OPERATOR, "mutation ($id: ID!) { deleteUser(id: $id) { user { id } } }", {
      id: owner.id,
    });
    expect(remove.codes).toEqual(["OWNER_PROTECTED"]);
    expect((await readUser(house.store, OPERATOR, owner.id)).status).toBe("ACTIVE");
  });

  test("one of 20 administrators who disable each other at once stays active", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const administrators: string[] = [];
    for (let number = 0; number < 20; number += 1)
      administrators.push(
        (await makeUser(house, organizationId, { email: `a${number}@example.com`, roleKeys: ["ADMIN"] })).id,
      );
    const codes = await Promise.all(
      administrators.map((id, index) =>
        codeOf(act("DISABLE", administrators[(index + 1) % 20] ?? "", personIn(organizationId, id))),
      ),
    );
    expect(codes.toSorted()).toEqual(["LAST_ADMINISTRATOR", ...Array<string>(19).fill("NONE")]);
    const row = await house.database.reader.row<{ total: number }>(
      "SELECT COUNT(*) AS total FROM app_user WHERE home_organization_id = ? AND status = 'ACTIVE'",
      [organizationId],
    );
    expect(Number(row?.total)).toBe(1);
  });

  test("refuses to restore an account with permissions that the caller does not hold", async () => {
    const { id: organizationId } = await makeOrganization(house);
    await makeUser(house, organizationId, { email: "stays@example.com", roleKeys: ["ADMIN"] });
    const boss = await makeUser(house, organizationId, { email: "boss@example.com", roleKeys: ["ADMIN"] });
    const key = keyOf(organizationId, "USERS_READ", "USERS_WRITE");
    await act("DISABLE", boss.id, key);
    expect(await codeOf(act("ENABLE", boss.id, key))).toBe("FORBIDDEN");
    await act("ARCHIVE", boss.id, key);
    expect(await codeOf(act("RESTORE", boss.id, key))).toBe("FORBIDDEN");
    expect((await act("RESTORE", boss.id)).status).toBe("ACTIVE");
  });
});

describe("scope", () => {
  test("administrators of other organizations, callers without permissions and anonymous callers are refused", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const { id: elsewhere } = await makeOrganization(house);
    const { id } = await makeUser(house, organizationId);
    for (const action of STATUS_ACTIONS) {
      expect(await codeOf(act(action, id, personIn(elsewhere, "administrator")))).toBe("NOT_FOUND");
      expect(await codeOf(act(action, id, personIn(organizationId, "plain", ["USERS_READ"])))).toBe("FORBIDDEN");
      expect(await codeOf(act(action, id, ANONYMOUS))).toBe("UNAUTHENTICATED");
    }
    expect(await eventsOf(id)).toHaveLength(1);
  });

  test("an organization cannot change the status of a guest", async () => {
    const { id: home } = await makeOrganization(house);
    const { id: here } = await makeOrganization(house);
    const { id } = await makeUser(house, home);
    await inUnit((unit) =>
      unit.execute("INSERT INTO membership (organization_id, user_id, created_at) VALUES (?, ?, ?)", [
        here,
        id,
        unit.now,
      ]),
    );
    for (const action of STATUS_ACTIONS)
      expect(await codeOf(act(action, id, personIn(here, "host")))).toBe("FORBIDDEN");
    expect((await readUser(house.store, OPERATOR, id)).status).toBe("ACTIVE");
  });
});

describe("many at once", () => {
  const DISABLE_USERS = `mutation ($ids: [ID!]!) {
    disableUsers(ids: $ids) { results { userId ok code message details } } }`;

  test("each has its own result, and an error for one does not undo the others", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const { id: elsewhere } = await makeOrganization(house);
    const boss = await makeUser(house, organizationId, { email: "boss@example.com", roleKeys: ["ADMIN"] });
    const one = await makeUser(house, organizationId, { email: "one@example.com" });
    const put = await makeUser(house, organizationId, { email: "put@example.com" });
    await act("ARCHIVE", put.id);
    const foreign = await makeUser(house, elsewhere);
    const last = await makeUser(house, organizationId, { email: "last@example.com" });
    const ids = [one.id, boss.id, foreign.id, put.id, last.id, one.id];
    const { data, codes } = await house.ask(keyOf(organizationId, "USERS_WRITE"), DISABLE_USERS, { ids });
    expect(codes).toEqual([]);
    const done = { ok: true, code: null, message: null, details: null };
    expect(data.disableUsers.results).toEqual([
      { userId: one.id, ...done },
      { userId: boss.id, ok: false, code: "LAST_ADMINISTRATOR", message: expect.any(String), details: {} },
      { userId: foreign.id, ok: false, code: "NOT_FOUND", message: expect.any(String), details: { type: "user" } },
      {
        userId: put.id,
        ok: false,
        code: "USER_STATUS_CONFLICT",
        message: expect.any(String),
        details: { status: "ARCHIVED", action: "DISABLE", instead: "RESTORE" },
      },
      { userId: last.id, ...done },
      { userId: one.id, ...done },
    ]);
    expect((await readUser(house.store, OPERATOR, last.id)).status).toBe("DISABLED");
    expect((await readUser(house.store, OPERATOR, foreign.id)).status).toBe("ACTIVE");
    expect((await eventsOf(one.id)).map(({ type }) => type)).toEqual(["user.created", "user.disabled"]);
  });

  test("a caller without the permission gets one error, and too many ids are refused before the first", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const { id } = await makeUser(house, organizationId);
    const plain = await house.ask(personIn(organizationId, "plain", []), DISABLE_USERS, { ids: [id] });
    expect(plain.codes).toEqual(["FORBIDDEN"]);
    const many = await house.ask(OPERATOR, DISABLE_USERS, { ids: Array<string>(501).fill(id) });
    expect(many.codes).toEqual(["INVALID_INPUT"]);
    expect((await readUser(house.store, OPERATOR, id)).status).toBe("ACTIVE");
  });

  test.each(["enable", "disable", "archive", "restore", "approve", "reject", "delete"])(
    "%sUser and %sUsers answer in the schema",
    async (verb) => {
      const { id: organizationId } = await makeOrganization(house);
      const one = await makeUser(house, organizationId, { email: "one@example.com" });
      const two = await makeUser(house, organizationId, { email: "two@example.com" });
      const before: Record<string, UserStatus> = {
        enable: "DISABLED",
        restore: "ARCHIVED",
        approve: "PENDING_APPROVAL",
        reject: "PENDING_APPROVAL",
      };
      for (const { id } of [one, two]) await setStatus(id, before[verb] ?? "ACTIVE");
      const document = `mutation ($one: ID!, $two: [ID!]!) {
        one: ${verb}User(id: $one) { user { id status version roles { key } } }
        two: ${verb}Users(ids: $two) { results { userId ok } } }`;
      const { data, codes } = await house.ask(keyOf(organizationId, "USERS_WRITE"), document, {
        one: one.id,
        two: [two.id],
      });
      expect(codes).toEqual([]);
      expect(data.one.user.id).toBe(one.id);
      expect(data.two.results).toEqual([{ userId: two.id, ok: true }]);
    },
  );
});

test("needs no more queries than listed", async () => {
  const { id: organizationId } = await makeOrganization(house);
  const { id } = await makeUser(house, organizationId);
  const { statements } = await countQueries(() => act("DISABLE", id));
  // Statements: the account; the organization, locked; the account again; its roles; the owner; fields, roles and groups of
  // the snapshot; account and memberships (two); the event (three); links, waiting sign-ins, sessions; memberships; seat; audit.
  expect(statements).toHaveLength(19 + LOCK_STATEMENTS);
  const again = await countQueries(() => act("DISABLE", id));
  expect(again.statements).toHaveLength(3 + LOCK_STATEMENTS);
});
