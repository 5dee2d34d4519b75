/** An event exists if and only if its change is committed. A copy that follows the log ends in the state of the database. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { UnitOfWork } from "../../../src/access/unit-of-work.js";
import { findLastSequence, readLog, type StoredEvent } from "../../../src/events/read-log.js";
import { createGroup, deleteGroup, updateGroup } from "../../../src/people/group/group.operations.js";
import { addUsersToGroup, removeUsersFromGroup } from "../../../src/people/group/group-members.operations.js";
import { updateOrganization } from "../../../src/people/organization/organization.operations.js";
import { deleteUser } from "../../../src/people/user/delete/delete.operations.js";
import { actOnUser } from "../../../src/people/user/status/status.operations.js";
import type { StatusAction } from "../../../src/people/user/status/user-status.js";
import { createUser, updateUser } from "../../../src/people/user/user.operations.js";
import { Failure } from "../../../src/platform/errors/failure.js";
import { createCourse } from "../../../src/training/course/course.operations.js";
import { setModuleCourses } from "../../../src/training/course/module.operations.js";
import { recordResult } from "../../../src/training/result/record.operations.js";
import { startTraining } from "../../../src/training/result/start.operations.js";
import { disableFailingEndpoint } from "../../../src/webhooks/endpoint/disable-endpoint.js";
import type { WebhookEndpoint } from "../../../src/webhooks/endpoint/endpoint.js";
import { insertEndpoint } from "../../../src/webhooks/endpoint/endpoint.repository.js";
import { makeOrganization, makeUser, useHouse, OPERATOR, type House } from "../../support/house.js";
import { openHall } from "../../provisioning/arrivals.js";
import { times } from "../../../testing/long.js";

const house = useHouse();

/** A store whose units of work fail before the nth statement, or before the commit if they have fewer statements. */
function failingAt(statement: number, { store }: Pick<House, "store"> = house) {
  let count = 0;
  const step = () => {
    count += 1;
    if (count === statement) throw new Error("cut off");
  };
  const writes = new Set<string | symbol>(["insert", "update", "delete", "save", "remove", "upsert"]);
  const begin: House["store"]["begin"] = (caller, cause, work) =>
    store.begin(caller, cause, async (unit) => {
      const cut: UnitOfWork = {
        ...unit,
        rows: (...given) => (step(), unit.rows(...given)),
        row: (...given) => (step(), unit.row(...given)),
        execute: (...given) => (step(), unit.execute(...given)),
        manager: new Proxy(unit.manager, {
          get: (manager, name) => {
            if (writes.has(name)) step();
            return Reflect.get(manager, name);
          },
        }),
      };
      const result = await work(cut);
      step();
      return result;
    });
  return { store: { ...store, begin }, count: () => count };
}

/** Every row of every table. */
async function readEverything({ database }: Pick<House, "database"> = house): Promise<string> {
  const tables = database.dataSource.entityMetadatas.map(({ tableName }) => tableName).toSorted();
  const contents: unknown[] = [];
  for (const table of tables) {
    const rows = await database.reader.rows(`SELECT * FROM ${table}`);
    contents.push([table, rows.map((row) => JSON.stringify(row)).toSorted()]);
  }
  return JSON.stringify(contents);
}

describe("a unit of work that fails at any statement", () => {
  interface Scene {
    readonly store: House["store"];
    readonly organizationId: string;
    readonly userId: string;
    readonly groupId: string;
    /** A person without a seat who has not completed a course yet. */
    readonly learnerId: string;
    readonly courseId: string;
  }
  const group = ({ organizationId }: Scene, name: string) => ({ organizationId, name });
  const members = ({ groupId, userId }: Scene) => ({ groupId, userIds: [userId] });
  const training = ({ organizationId, learnerId: userId, courseId }: Scene) => ({ organizationId, userId, courseId });
  const act = (action: StatusAction) => (scene: Scene) => actOnUser(scene.store, OPERATOR, action, scene.userId);
  const CHANGES: readonly (readonly [type: string, change: (scene: Scene) => Promise<unknown>])[] = [
    [
      "user.created",
      ({ store, organizationId }) =>
        createUser(store, OPERATOR, {
          organizationId,
          email: `cut@${organizationId}.example`,
          firstName: "Cut",
          lastName: "Off",
        }),
    ],
    ["user.updated", ({ store, userId }) => updateUser(store, OPERATOR, { id: userId, firstName: "Another" })],
    [
      "user.email_changed",
      ({ store, organizationId, userId }) =>
        updateUser(store, OPERATOR, { id: userId, email: `moved@${organizationId}.example` }),
    ],
    ["user.disabled", act("DISABLE")],
    ["user.enabled", act("ENABLE")],
    ["user.archived", act("ARCHIVE")],
    ["user.restored", act("RESTORE")],
    ["seat.assigned", (scene) => startTraining(scene.store, OPERATOR, training(scene))],
    ["module.completed", (scene) => recordResult(scene.store, OPERATOR, training(scene))],
    ["group.created", (scene) => createGroup(scene.store, OPERATOR, group(scene, "Cut off"))],
    ["group.updated", ({ store, groupId }) => updateGroup(store, OPERATOR, { id: groupId, name: "Renamed" })],
    ["group.member_added", (scene) => addUsersToGroup(scene.store, OPERATOR, members(scene))],
    ["group.member_removed", (scene) => removeUsersFromGroup(scene.store, OPERATOR, members(scene))],
    ["group.deleted", ({ store, groupId }) => deleteGroup(store, OPERATOR, groupId)],
    ["user.deleted", ({ store, userId }) => deleteUser(store, { guards: [], erasers: [] }, OPERATOR, userId)],
  ];

  it("leaves neither the change nor an event nor a gap, and both when it succeeds", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const userId = (await makeUser(house, organizationId, { email: `ada@${organizationId}.example` })).id;
    const groupId = (await createGroup(house.store, OPERATOR, { organizationId, name: "Staff" })).id;
    const learnerId = (await makeUser(house, organizationId, { email: `learner@${organizationId}.example` })).id;
    const course = { organizationId, title: "Course" };
    const { id: courseId } = await createCourse(house.store, OPERATOR, course);
    const { id: moduleId } = await createCourse(house.store, OPERATOR, { ...course, kind: "MODULE" });
    await setModuleCourses(house.store, OPERATOR, { moduleId, courseIds: [courseId] });
    await updateOrganization(house.store, OPERATOR, organizationId, {
      totalSeats: 2,
      policies: { seatModel: "TRAINING_START" },
    });
    let last = 3;
    for (const [type, change] of CHANGES) {
      const before = await readEverything();
      for (let statement = 1; ; statement += 1) {
        const { store, count } = failingAt(statement);
        const outcome = await change({ store, organizationId, userId, groupId, learnerId, courseId }).then(
          () => "whole",
          (error: Error) => error.message,
        );
        if (outcome === "whole") {
          expect([type, count()]).toEqual([type, statement - 1]);
          expect(statement).toBeGreaterThan(4);
          break;
        }
        expect([type, statement, outcome]).toEqual([type, statement, "cut off"]);
        expect([type, statement, (await readEverything()) === before]).toEqual([type, statement, true]);
      }
      const events = await readLog(house.database.reader, { organizationId, after: last, upTo: 1e9 }, 10);
      expect(events.map(({ type: told }) => told)).toContain(type);
      expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, index) => last + 1 + index));
      last += events.length;
    }
  });
});

describe("a sign-in that fails at any statement", () => {
  it("leaves no account, role, group, seat, session, attempt or event, and all of them when it succeeds", async () => {
    const hall = await openHall();
    try {
      const { organizationId, rows } = hall;
      await updateOrganization(hall.house.store, OPERATOR, organizationId, {
        totalSeats: 1,
        policies: { seatModel: "ACTIVE_USER", seatsFull: "DENY_PROVISIONING" },
      });
      const connection = await hall.makeConnection();
      const target = (await createGroup(hall.house.store, OPERATOR, { organizationId, name: "Staff" })).id;
      await hall.setMappings(connection, "GROUP", [{ value: "staff", target }]);
      const groups = { kind: "known" as const, values: ["staff"] };
      const elsewhere = { subject: "grace-1", email: "grace@acme.example" };
      let last = 1;
      for (const [profile, code, told] of [
        [{ groups }, "IN", ["user.created", "group.member_added", "seat.assigned", "user.signed_in"]],
        [{ email: "byron@acme.example" }, "IN", ["user.updated", "user.email_changed", "user.signed_in"]],
        [elsewhere, "SEATS_FULL", ["user.sign_in_failed"]],
      ] as const) {
        const before = await readEverything(hall.house);
        for (let statement = 1; ; statement += 1) {
          const outcome = await hall.arrive(connection, profile, failingAt(statement, hall.house).store).then(
            (arrived) => arrived.code,
            (error: Error) => error.message,
          );
          if (outcome !== "cut off") {
            expect([outcome, statement > 10]).toEqual([code, true]);
            break;
          }
          expect([code, statement, (await readEverything(hall.house)) === before]).toEqual([code, statement, true]);
        }
        const events = await rows<{ type: string; sequence: number }>(
          "SELECT type, sequence FROM event WHERE organization_id = ? AND sequence > ? ORDER BY sequence",
          [organizationId, last],
        );
        expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining([...told]));
        expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, index) => last + 1 + index));
        last += events.length;
        expect(await hall.count("sign_in_attempt WHERE outcome = ?", [code === "IN" ? "SUCCEEDED" : code])).toBe(
          code === "IN" ? await hall.count("user_session") : 1,
        );
      }
    } finally {
      await hall.close();
    }
  });
});

describe("disabling a failing endpoint", () => {
  it("changes it, records an event and queues a mail, or does none of these when a statement fails", async () => {
    const { id: organizationId } = await makeOrganization(house);
    await makeUser(house, organizationId, { email: `admin@${organizationId}.example`, roleKeys: ["ADMIN"] });
    const now = house.clock.now;
    const endpoint: WebhookEndpoint = {
      id: "endpoint",
      organizationId,
      url: "https://receiver.example/",
      eventTypes: null,
      state: "ACTIVE",
      disabledReason: null,
      disabledAt: null,
      secret: "sealed",
      secretSetAt: now,
      previousSecret: null,
      previousSecretEndsAt: null,
      concurrency: 1,
      timeoutSeconds: 15,
      version: 1,
      createdAt: now,
      updatedAt: now,
    };
    await house.inUnit((unit) => insertEndpoint(unit, endpoint, 0));
    const look = async () => {
      const { reader } = house.database;
      const { state } = (await reader.row<{ state: string }>(
        "SELECT state FROM webhook_endpoint WHERE id = 'endpoint'",
      ))!;
      const events = await readLog(reader, { organizationId, after: 0, upTo: 1e9 }, 100);
      const mails = await reader.rows("SELECT id FROM mail_message WHERE organization_id = ?", [organizationId]);
      return [state, events.filter(({ type }) => type === "endpoint.disabled").length, mails.length];
    };
    const disable = (store: House["store"]) => disableFailingEndpoint(store, organizationId, endpoint.id, "GONE");
    for (let statement = 1; ; statement += 1) {
      const failed = await disable(failingAt(statement).store).then(
        () => false,
        () => true,
      );
      expect([statement, await look()]).toEqual([statement, failed ? ["ACTIVE", 0, 0] : ["DISABLED", 1, 1]]);
      if (!failed) break;
    }
    // Disabling the endpoint again records nothing and sends no mail.
    await disable(house.store);
    expect(await look()).toEqual(["DISABLED", 1, 1]);
  });
});

interface Copy {
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
  readonly status: string;
}

describe("a copy made of a snapshot and the log after it", () => {
  it("ends with the same users as the database, although users change while it is made page by page", async () => {
    const step = fc.record({
      kind: fc.constantFrom("rename", "rename", "add", "disable", "enable", "delete"),
      user: fc.nat(5),
      name: fc.constantFrom("A", "B", "C"),
      /** How many turns of the event loop to wait before the change. */
      pause: fc.nat(6),
    });
    const rest = async (turns: number) => {
      for (let turn = 0; turn < turns; turn += 1) await new Promise((settle) => setImmediate(settle));
    };
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 14 }), fc.nat(8), async (steps, pause) => {
        const { id: organizationId } = await makeOrganization(house);
        const ids: string[] = [];
        const add = async () => {
          const email = `user${ids.length}@${organizationId}.example`;
          const input = { organizationId, email, firstName: "First", lastName: "Last" };
          ids.push((await createUser(house.store, OPERATOR, input)).id);
        };
        for (let count = 0; count < 3; count += 1) await add();
        const change = async () => {
          for (const { kind, user, name, pause: turns } of steps) {
            await rest(turns);
            const id = ids[user % ids.length]!;
            if (kind === "add") await add();
            else if (kind === "rename") await tolerant(updateUser(house.store, OPERATOR, { id, firstName: name }));
            else if (kind === "delete")
              await tolerant(deleteUser(house.store, { guards: [], erasers: [] }, OPERATOR, id));
            else await tolerant(actOnUser(house.store, OPERATOR, kind === "disable" ? "DISABLE" : "ENABLE", id));
          }
        };
        const copy = new Map<string, Copy>();
        const follow = async (cursor: number) => {
          const events = await readLog(house.database.reader, { organizationId, after: cursor, upTo: 1e9 }, 1000);
          for (const event of events) apply(copy, event);
          return events.at(-1)?.sequence ?? cursor;
        };
        const snapshot = async () => {
          await rest(pause);
          const cursor = await findLastSequence(house.database.reader, organizationId);
          for (let after: string | null = null; ;) {
            await rest(pause);
            const page = await readUsers(organizationId, after);
            for (const { id, ...user } of page.nodes) copy.set(id, user);
            if (!page.pageInfo.hasNextPage) return cursor;
            after = page.pageInfo.endCursor;
          }
        };
        const [, cursor] = await Promise.all([change(), snapshot().then(follow)]);
        await follow(cursor);
        const database = new Map<string, Copy>();
        for (const { id, ...user } of (await readUsers(organizationId, null, 200)).nodes) database.set(id, user);
        expect(copy).toEqual(database);
      }),
      { numRuns: times(30) },
    );
  });

  it("ends with the same users when changes and reading run concurrently", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const users = await Promise.all(
      Array.from({ length: 5 }, (_, index) =>
        createUser(house.store, OPERATOR, {
          organizationId,
          email: `at-once${index}@${organizationId}.example`,
          firstName: "First",
          lastName: "Last",
        }),
      ),
    );
    let isDone = false;
    const changing = Promise.all(
      users.map(async ({ id }, index) => {
        for (let round = 0; round < 10; round += 1)
          await updateUser(house.store, OPERATOR, { id, firstName: `Name ${index} ${round}` });
      }),
    ).then(() => (isDone = true));
    const seen: StoredEvent[] = [];
    const read = async () => {
      const after = seen.at(-1)?.sequence ?? 0;
      seen.push(...(await readLog(house.database.reader, { organizationId, after, upTo: 1e9 }, 7)));
    };
    while (!isDone) {
      await read();
      await new Promise((settle) => setImmediate(settle));
    }
    await changing;
    for (let before = -1; before !== seen.length;) {
      before = seen.length;
      await read();
    }
    // No event became visible after the reader had passed its sequence.
    expect(seen.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 55 }, (_, index) => index + 1));
    const copy = new Map<string, Copy>();
    for (const event of seen) apply(copy, event);
    expect([...copy.values()].map(({ firstName }) => firstName).toSorted()).toEqual(
      users.map((_, index) => `Name ${index} 9`),
    );
  });
});

function apply(copy: Map<string, Copy>, event: StoredEvent): void {
  const { user } = JSON.parse(event.data) as { user?: Copy & { id: string } };
  if (user === undefined) return;
  const { id, firstName, lastName, email, status } = user;
  if (event.type === "user.deleted") copy.delete(id);
  else copy.set(id, { firstName, lastName, email, status });
}

/** A page of users, as a consumer reads them. */
async function readUsers(organizationId: string, after: string | null, first = 2) {
  const { data, codes } = await house.ask(
    OPERATOR,
    `query ($id: ID!, $after: String, $first: Int) { users(organizationId: $id, first: $first, after: $after) {
       nodes { id firstName lastName email status } pageInfo { hasNextPage endCursor } } }`,
    { id: organizationId, after, first },
  );
  expect(codes).toEqual([]);
  return data.users as {
    readonly nodes: readonly (Copy & { readonly id: string })[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
  };
}

/** Ignores a refusal, because the account may already be deleted or have the status. */
async function tolerant(change: Promise<unknown>): Promise<void> {
  await change.catch((error: unknown) => {
    if (!(error instanceof Failure)) throw error;
  });
}
