/** Starts of training, results and corrections through GraphQL, on the database that the tests run on. */
import { beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { Caller } from "../../../src/access/caller.js";
import { updateOrganization } from "../../../src/people/organization/organization.operations.js";
import { settleEndedSeats } from "../../../src/people/seat/settle-seats.js";
import { ERASED } from "../../../src/people/user/delete/redact.js";
import { readResultValues, type StoredResult } from "../stored-results.js";
import {
  countRows,
  keyOf,
  makeOrganization,
  makeUser,
  OPERATOR,
  personIn,
  type Answer,
  useHouse,
} from "../../support/house.js";
import { run, makeCourse, makeModule, openTrainingHouse, tryToRun } from "../house.js";

const NOW = "2026-11-23T09:00:00.000Z";

const house = useHouse(openTrainingHouse);
let acme: string;
let other: string;
let userId: string;
let people = 0;
beforeAll(async () => {
  acme = (await makeOrganization(house)).id;
  other = (await makeOrganization(house)).id;
});
beforeEach(async () => {
  house.clock.now = new Date(NOW);
  userId = await makePerson(acme);
});

async function makePerson(organizationId: string): Promise<string> {
  people += 1;
  const email = `learner-${people}@example.com`;
  return (await makeUser(house, organizationId, { email, employeeId: `E-${people}` })).id;
}

const writer = () => keyOf(acme, "TRAINING_WRITE");
const fieldsOf = ({ codes, details }: Answer) => {
  expect(codes).toEqual(["INVALID_INPUT"]);
  return details[0].fields.map((each: { path: string }) => each.path);
};
const act = async (mutation: string, id: string, selection: string) => {
  const { data, codes } = await house.ask(OPERATOR, `mutation ($id: ID!) { ${mutation}(id: $id) { ${selection} } }`, {
    id,
  });
  expect(codes).toEqual([]);
  return data[mutation];
};

const START = "start { id userId courseId moduleId attempt startedAt } seat { usedAt cycleEndsAt }";
const start = (input: object, caller: Caller = writer()) =>
  tryToRun(house, caller, "startTraining", { organizationId: acme, userId, ...input }, START);

const VALUES = "score maximum percent passRate passed startedAt completedAt";
const RESULT = `result { id userId courseId kind attempt externalId ${VALUES} recordedAt version } recorded
  completedModules { id courseId kind ${VALUES} version }`;
const tryToRecord = (input: object, caller: Caller = writer()) =>
  tryToRun(house, caller, "recordResult", { organizationId: acme, userId, ...input }, RESULT);
const record = (input: object) =>
  run(house, "recordResult", { organizationId: acme, userId, ...input }, RESULT, writer());
const correct = (input: Readonly<Record<string, unknown>>, caller: Caller = writer()) =>
  tryToRun(house, caller, "correctResult", input, `result { id version ${VALUES} }`);

/** The organization's events about the results of a user. */
async function readEvents(organizationId: string, about = userId) {
  const rows = await house.database.reader.rows<{
    type: string;
    subject_id: string;
    subject_version: number;
    data: string;
  }>(
    `SELECT type, subject_id, subject_version, data FROM event
      WHERE organization_id = ? AND subject_type = 'result' ORDER BY sequence`,
    [organizationId],
  );
  return rows
    .map(({ type, subject_id: subject, subject_version: version, data }) => ({
      type,
      subject,
      version,
      data: JSON.parse(data),
    }))
    .filter(({ data }) => data.user.id === about);
}

describe("starting training", () => {
  const seats = async (organizationId = acme) =>
    (
      await house.ask(OPERATOR, "query ($id: ID!) { seats(organizationId: $id) { seatsInUse } }", {
        id: organizationId,
      })
    ).data.seats.seatsInUse;

  /** Makes an organization with its own seats, courses and people. */
  async function plan(policies: object, totalSeats: number | null, count: number) {
    const { id: organizationId } = await makeOrganization(house);
    await updateOrganization(house.store, OPERATOR, organizationId, { totalSeats, policies });
    const users: string[] = [];
    for (let index = 0; index < count; index += 1) users.push(await makePerson(organizationId));
    const courseIds = [await makeCourse(house, organizationId), await makeCourse(house, organizationId)];
    const begin = (user: string, courseId = courseIds[0]!) =>
      tryToRun(house, OPERATOR, "startTraining", { organizationId, userId: user, courseId }, START);
    return { organizationId, users, courseIds, begin };
  }

  test("takes one seat at a user's first start, keeps it at the second, and releases it when the cycle ends", async () => {
    const { organizationId, users, courseIds, begin } = await plan({ seatModel: "TRAINING_START" }, 1, 2);
    const [first, second] = users as [string, string];
    const began = await begin(first);
    expect(began.data.startTraining).toEqual({
      start: {
        id: expect.any(String),
        userId: first,
        courseId: courseIds[0],
        moduleId: null,
        attempt: 1,
        startedAt: NOW,
      },
      seat: { usedAt: NOW, cycleEndsAt: "2026-12-01T00:00:00.000Z" },
    });
    house.clock.now = new Date("2026-11-24T09:00:00.000Z");
    expect((await begin(first)).data).toEqual(began.data);
    expect((await begin(first, courseIds[1])).data.startTraining.seat).toEqual(began.data.startTraining.seat);
    expect(await seats(organizationId)).toBe(1);
    const full = await begin(second);
    expect([full.codes, full.details]).toEqual([["SEATS_FULL"], [{ seatsInUse: 1, totalSeats: 1 }]]);
    expect(await house.database.reader.rows("SELECT id FROM training_start WHERE user_id = ?", [second])).toEqual([]);

    const refused = await house.ask(OPERATOR, `mutation ($id: ID!) { deleteUser(id: $id) { user { id } } }`, {
      id: first,
    });
    expect([refused.codes, refused.details[0].reasons]).toEqual([
      ["DELETION_REFUSED"],
      [expect.objectContaining({ code: "SEAT_USED", until: "2026-12-01T00:00:00.000Z" })],
    ]);
    house.clock.now = new Date("2026-12-01T00:00:00.000Z");
    await settleEndedSeats(house.store, house.clock.now);
    expect(await seats(organizationId)).toBe(0);
    expect((await begin(second)).codes).toEqual([]);
    // Training that was started in the last cycle needs a seat of this cycle to continue.
    expect((await begin(first)).codes).toEqual(["SEATS_FULL"]);
    expect(
      (await house.ask(OPERATOR, `mutation ($id: ID!) { deleteUser(id: $id) { user { id } } }`, { id: first })).codes,
    ).toEqual([]);
  });

  test("needs a seat under ACTIVE_USER too, but not under NONE", async () => {
    const active = await plan({ seatModel: "ACTIVE_USER", seatsFull: "BLOCK_TRAINING" }, 1, 2);
    expect((await active.begin(active.users[0]!)).codes).toEqual([]);
    expect((await active.begin(active.users[1]!)).codes).toEqual(["SEATS_FULL"]);
    await updateOrganization(house.store, OPERATOR, active.organizationId, { totalSeats: 2 });
    expect((await active.begin(active.users[1]!)).data.startTraining.seat).toEqual({
      usedAt: NOW,
      cycleEndsAt: "2026-12-01T00:00:00.000Z",
    });
    const uncounted = await plan({ seatModel: "NONE" }, 0, 1);
    expect((await uncounted.begin(uncounted.users[0]!)).data.startTraining).toMatchObject({
      seat: null,
      start: { attempt: 1 },
    });
  });

  test("is refused to users who are not active members, with the reason", async () => {
    const courseId = await makeCourse(house, acme);
    const reasonFor = async (user: string) => {
      const { codes, details } = await start({ courseId, userId: user });
      return [...codes, details[0]?.reason];
    };
    const foreigner = await makePerson(other);
    expect(await reasonFor(foreigner)).toEqual(["TRAINING_NOT_ALLOWED", "NOT_A_MEMBER"]);
    expect(await reasonFor("nobody")).toEqual(["TRAINING_NOT_ALLOWED", "NOT_A_MEMBER"]);
    await act("disableUser", userId, "user { id }");
    expect(await reasonFor(userId)).toEqual(["TRAINING_NOT_ALLOWED", "DISABLED"]);
    await act("archiveUser", userId, "user { id }");
    expect(await reasonFor(userId)).toEqual(["TRAINING_NOT_ALLOWED", "ARCHIVED"]);
    await house.inUnit((unit) =>
      unit.execute("UPDATE app_user SET status = 'PENDING_APPROVAL' WHERE id = ?", [userId]),
    );
    expect(await reasonFor(userId)).toEqual(["TRAINING_NOT_ALLOWED", "PENDING_APPROVAL"]);
  });

  test("needs a course that the organization can see, alone or in a module that contains it", async () => {
    const [courseId, shared, foreign] = [
      await makeCourse(house, acme),
      await makeCourse(house, null),
      await makeCourse(house, other),
    ];
    const moduleId = await makeModule(house, acme, [courseId, shared]);
    expect((await start({ courseId: foreign })).codes).toEqual(["NOT_FOUND"]);
    expect((await start({ courseId: moduleId })).codes).toEqual(["COURSE_EXPECTED"]);
    expect(fieldsOf(await start({ courseId, moduleId: await makeModule(house, acme, []) }))).toEqual(["moduleId"]);
    expect(fieldsOf(await start({ courseId, moduleId: await makeModule(house, other, [foreign]) }))).toEqual([
      "moduleId",
    ]);
    expect(fieldsOf(await start({ courseId, moduleId: "nowhere" }))).toEqual(["moduleId"]);
    expect((await start({ courseId: shared, moduleId })).data.startTraining.start).toMatchObject({
      courseId: shared,
      moduleId,
    });
    await act("archiveCourse", moduleId, "course { id }");
    expect((await start({ courseId, moduleId })).codes).toEqual(["COURSE_ARCHIVED"]);
    await act("archiveCourse", courseId, "course { id }");
    const archived = await start({ courseId });
    expect([archived.codes, archived.details]).toEqual([
      ["COURSE_ARCHIVED"],
      [{ courseId, title: expect.any(String) }],
    ]);
  });

  test("is allowed to people for themselves, and needs TRAINING_WRITE for others", async () => {
    const courseId = await makeCourse(house, acme);
    const colleague = await makePerson(acme);
    const audited = async () =>
      (await house.database.reader.rows("SELECT id FROM audit_entry WHERE action = 'training.started'")).length;
    const before = await audited();
    expect((await start({ courseId }, personIn(acme, userId, []))).codes).toEqual([]);
    expect(await audited()).toBe(before);
    expect((await start({ courseId, userId: colleague })).codes).toEqual([]);
    expect(await audited()).toBe(before + 1);
    expect((await start({ courseId, userId: colleague }, personIn(acme, userId, ["TRAINING_READ"]))).codes).toEqual([
      "FORBIDDEN",
    ]);
    expect((await start({ courseId }, personIn(other, userId))).codes).toEqual(["NOT_FOUND"]);
    expect((await start({ courseId }, keyOf(other, "TRAINING_WRITE"))).codes).toEqual(["NOT_FOUND"]);
    expect((await start({ courseId }, { kind: "ANONYMOUS" })).codes).toEqual(["UNAUTHENTICATED"]);
  });

  test("creates one start for ten parallel requests", async () => {
    const { users, begin } = await plan({ seatModel: "TRAINING_START" }, 5, 1);
    const answers = await Promise.all(Array.from({ length: 10 }, () => begin(users[0]!)));
    expect(new Set(answers.map(({ data }) => data.startTraining.start.id)).size).toBe(1);
  });
});

describe("a result", () => {
  test("completes the start, appends an event, and numbers the next attempt", async () => {
    const courseId = await makeCourse(house, acme, { title: "Fire", externalId: `F-${people}`, passRate: 60 });
    await start({ courseId });
    house.clock.now = new Date("2026-11-23T10:00:00.000Z");
    const { result, recorded, completedModules } = await record({
      courseId,
      score: 7,
      maximum: 10,
      externalId: `R-${people}`,
    });
    expect(result).toEqual({
      id: expect.any(String),
      userId,
      courseId,
      kind: "COURSE",
      attempt: 1,
      externalId: `R-${people}`,
      score: 7,
      maximum: 10,
      percent: 70,
      passRate: 60,
      passed: true,
      startedAt: NOW,
      completedAt: "2026-11-23T10:00:00.000Z",
      recordedAt: "2026-11-23T10:00:00.000Z",
      version: 1,
    });
    expect([recorded, completedModules]).toEqual([true, []]);
    const { recordedAt: _, version: __, ...values } = result;
    expect(await readEvents(acme)).toEqual([
      {
        type: "course.completed",
        subject: result.id,
        version: 1,
        data: {
          result: values,
          course: { id: courseId, title: "Fire", externalId: `F-${people}` },
          user: { id: userId, email: `learner-${people}@example.com`, employeeId: `E-${people}` },
          changed: null,
        },
      },
    ]);
    const second = await start({ courseId });
    expect(second.data.startTraining.start).toMatchObject({ attempt: 2, startedAt: "2026-11-23T10:00:00.000Z" });
    expect((await record({ courseId, attempt: 7 })).result).toMatchObject({
      attempt: 7,
      startedAt: "2026-11-23T10:00:00.000Z",
    });
    expect((await record({ courseId })).result).toMatchObject({
      attempt: 8,
      startedAt: null,
      score: null,
      percent: null,
      passed: null,
    });
  });

  test.each([
    [
      { score: 57, maximum: 100, passRate: 57 },
      { percent: 57, passed: true },
    ],
    [
      { score: 0.57, maximum: 1, passRate: 57 },
      { percent: 57, passed: true },
    ],
    [
      { score: 1, maximum: 3, passRate: 33.4 },
      { percent: 33.333333333, passed: false },
    ],
    [
      { score: 0, maximum: 10, passRate: 0 },
      { percent: 0, passed: true },
    ],
    [
      { score: 1e308, maximum: 1e308 },
      { score: 1e308, percent: 100, passed: true },
    ],
    [
      { score: 5e-324, maximum: 1e308 },
      { percent: 0, passed: false },
    ],
    [
      { score: 10, maximum: 10, passRate: null },
      { percent: 100, passRate: null, passed: null },
    ],
    [
      { score: 49, maximum: 100 },
      { percent: 49, passRate: 50, passed: false },
    ],
    [
      { score: 49, maximum: 100, passed: true },
      { percent: 49, passed: true },
    ],
    [{ score: 12 }, { score: 12, maximum: null, percent: null, passRate: 50, passed: null }],
    [{ passed: false }, { score: null, passed: false }],
  ])("of %j has %j", async (input, expected) => {
    const courseId = await makeCourse(house, acme, { passRate: 50 });
    expect((await record({ courseId, ...input })).result).toMatchObject(expected);
  });

  test("is refused with all mistakes of the input", async () => {
    const courseId = await makeCourse(house, acme);
    const wrong = async (input: object) => fieldsOf(await tryToRecord({ courseId, ...input }));
    expect(await wrong({ score: -1, maximum: 0, passRate: 101, attempt: 0, externalId: "x".repeat(256) })).toEqual([
      "externalId",
      "attempt",
      "score",
      "maximum",
      "passRate",
    ]);
    expect(await wrong({ attempt: 2_147_483_647 })).toEqual(["attempt"]);
    expect(await wrong({ externalId: "x".repeat(1_000_000) })).toEqual(["externalId"]);
    expect(await wrong({ score: 10.1, maximum: 10 })).toEqual(["score"]);
    expect(await wrong({ startedAt: "2026-11-23T09:00:00.001Z" })).toEqual(["startedAt"]);
    expect(await wrong({ completedAt: "2026-11-23T09:05:00.001Z" })).toEqual(["completedAt"]);
    expect(await wrong({ completedAt: "0001-01-01T00:00:00Z", startedAt: "0000-01-01T00:00:00Z" })).toEqual([
      "completedAt",
      "startedAt",
    ]);
    expect((await record({ courseId, completedAt: "2026-11-23T10:05:00.000+01:00" })).result.completedAt).toBe(
      "2026-11-23T09:05:00.000Z",
    );
    // Unlike JSON, a document can contain a number that is too large for a double.
    const literal = `mutation ($org: ID!, $user: ID!, $course: ID!) { recordResult(input: {
      organizationId: $org, userId: $user, courseId: $course, score: 1e999, maximum: 1e999 }) { recorded } }`;
    expect(fieldsOf(await house.ask(writer(), literal, { org: acme, user: userId, course: courseId }))).toEqual([
      "score",
      "maximum",
    ]);
    for (const number of [Number.NaN, Number.POSITIVE_INFINITY])
      await expect(tryToRecord({ courseId, score: number })).rejects.toThrow(/Float cannot represent/);
  });

  test("needs a member and a course that the organization can see, and is refused for a module", async () => {
    const [courseId, foreign, shared] = [
      await makeCourse(house, acme),
      await makeCourse(house, other),
      await makeCourse(house, null),
    ];
    expect((await tryToRecord({ courseId: foreign })).codes).toEqual(["NOT_FOUND"]);
    expect((await tryToRecord({ courseId, userId: await makePerson(other) })).codes).toEqual(["NOT_FOUND"]);
    expect((await tryToRecord({ courseId }, keyOf(other, "TRAINING_WRITE"))).codes).toEqual(["NOT_FOUND"]);
    const module = await tryToRecord({ courseId: await makeModule(house, acme, [courseId]) });
    expect([module.codes, module.details]).toEqual([
      ["COURSE_EXPECTED"],
      [expect.objectContaining({ title: expect.any(String) })],
    ]);
    // The course may be archived, and the user disabled, after the completion.
    await act("archiveCourse", shared, "course { id }");
    await act("disableUser", userId, "user { id }");
    expect((await record({ courseId: shared })).recorded).toBe(true);
  });

  test("cannot be recorded or corrected by the person it is about", async () => {
    const courseId = await makeCourse(house, acme);
    expect((await tryToRecord({ courseId }, personIn(acme, userId, ["TRAINING_READ"]))).codes).toEqual(["FORBIDDEN"]);
    // The same holds if they may record the results of all other people.
    expect((await tryToRecord({ courseId }, personIn(acme, userId))).codes).toEqual(["FORBIDDEN"]);
    // A database may ignore a space after the id.
    await expect(tryToRecord({ courseId, userId: `${userId} ` }, personIn(acme, userId))).rejects.toThrow("An ID has");
    const trainer = await makePerson(acme);
    const { data } = await tryToRecord({ courseId, passed: false }, personIn(acme, trainer));
    const { id } = data.recordResult.result;
    expect((await correct({ id, passed: true }, personIn(acme, userId))).codes).toEqual(["FORBIDDEN"]);
    const audited = await house.database.reader.rows<{ actor_id: string }>(
      "SELECT actor_id FROM audit_entry WHERE subject_id = ? AND action = 'result.recorded'",
      [id],
    );
    expect(audited).toEqual([{ actor_id: trainer }]);
  });

  test("that was completed before the open start began leaves that start open", async () => {
    const courseId = await makeCourse(house, acme);
    const { data } = await start({ courseId });
    expect((await record({ courseId, completedAt: "2026-11-20T09:00:00Z" })).result.startedAt).toBeNull();
    expect((await start({ courseId })).data).toEqual(data);
    // A small difference between clocks still completes the start, and startedAt is never after completedAt.
    const { result } = await record({ courseId, completedAt: "2026-11-23T08:59:00Z" });
    expect([result.startedAt, result.completedAt]).toEqual(["2026-11-23T08:59:00.000Z", "2026-11-23T08:59:00.000Z"]);
    expect((await start({ courseId })).data.startTraining.start.id).not.toBe(data.startTraining.start.id);
  });
});

describe("a result under an external id", () => {
  test("that is sent again is the same result, and with different content a conflict that lists the differences", async () => {
    const courseId = await makeCourse(house, acme, { passRate: 50 });
    const input = { courseId, externalId: `again-${people}`, score: 5, maximum: 10, startedAt: "2026-11-01T08:00:00Z" };
    const first = await record(input);
    await run(house, "updateCourse", { id: courseId, passRate: 90 }, "course { id }");
    house.clock.now = new Date("2026-11-25T09:00:00.000Z");
    expect(await record(input)).toEqual({ ...first, recorded: false });
    expect(await record({ ...input, passed: true, attempt: 1, passRate: 50, completedAt: NOW })).toEqual({
      ...first,
      recorded: false,
    });

    const another = await makeCourse(house, acme);
    const conflict = await tryToRecord({ ...input, courseId: another, score: 6, passed: false, startedAt: null });
    expect([conflict.codes, conflict.details]).toEqual([
      ["RESULT_CONFLICT"],
      [
        {
          resultId: first.result.id,
          differences: [
            { field: "courseId", recorded: courseId, sent: another },
            { field: "score", recorded: 5, sent: 6 },
            { field: "passed", recorded: true, sent: false },
            { field: "startedAt", recorded: "2026-11-01T08:00:00.000Z", sent: null },
          ],
        },
      ],
    ]);
    expect((await tryToRecord({ courseId, externalId: input.externalId })).codes).toEqual(["RESULT_CONFLICT"]);
    // The repeated request is compared with the recorded values, not with the corrected ones.
    await correct({ id: first.result.id, score: 6 });
    const corrected = await record(input);
    expect([corrected.recorded, corrected.result.score]).toEqual([false, 6]);
    expect((await tryToRecord({ ...input, score: 6 })).codes).toEqual(["RESULT_CONFLICT"]);
    expect((await readEvents(acme)).map(({ type }) => type)).toEqual(["course.completed"]);
  });

  test("is a different result in a different organization", async () => {
    const shared = await makeCourse(house, null);
    const elsewhere = await makePerson(other);
    const input = { courseId: shared, externalId: "everywhere" };
    const here = await record(input);
    const there = await run(house, "recordResult", { ...input, organizationId: other, userId: elsewhere }, RESULT);
    expect([there.recorded, there.result.id === here.result.id]).toEqual([true, false]);
  });
});

describe("a correction", () => {
  const corrections = async (id: string) => {
    const rows = await house.database.reader.rows<{
      version: number;
      before_value: string;
      after_value: string;
      reason: string | null;
      cause_kind: string;
      cause_actor: string;
    }>("SELECT * FROM training_result_correction WHERE result_id = ? ORDER BY version", [id]);
    return rows.map((row) => ({
      version: row.version,
      before: JSON.parse(row.before_value),
      after: JSON.parse(row.after_value),
      reason: row.reason,
      cause: [row.cause_kind, row.cause_actor],
    }));
  };

  test("stores the earlier values and the actor, and is audited", async () => {
    const courseId = await makeCourse(house, acme);
    const { result } = await record({ courseId, score: 4, maximum: 10, passRate: 50 });
    const trainer = personIn(acme, await makePerson(acme), ["TRAINING_WRITE"]);
    const { data } = await correct({ id: result.id, expectedVersion: 1, score: 5, reason: " Miscounted " }, trainer);
    expect(data.correctResult.result).toMatchObject({
      version: 2,
      score: 5,
      percent: 50,
      passed: true,
      completedAt: NOW,
    });
    const before = {
      score: 4,
      maximum: 10,
      percent: 40,
      passRate: 50,
      passed: false,
      startedAt: null,
      completedAt: NOW,
    };
    expect(await corrections(result.id)).toEqual([
      {
        version: 2,
        before,
        after: { ...before, score: 5, percent: 50, passed: true },
        reason: "Miscounted",
        cause: ["ADMINISTRATOR", (trainer as { userId: string }).userId],
      },
    ]);
    const audited = await house.database.reader.rows<{ before_value: string; after_value: string }>(
      "SELECT before_value, after_value FROM audit_entry WHERE subject_id = ? AND action = 'result.corrected'",
      [result.id],
    );
    expect(audited.map((row) => [JSON.parse(row.before_value), JSON.parse(row.after_value)])).toMatchObject([
      [
        { score: 4, passed: false },
        { score: 5, passed: true, reason: "Miscounted" },
      ],
    ]);
    const stale = await correct({ id: result.id, expectedVersion: 1, score: 6 });
    expect([stale.codes, stale.details]).toEqual([["VERSION_CONFLICT"], [{ expected: 1, actual: 2 }]]);
    expect((await correct({ id: result.id, score: 5, reason: "Again" })).data.correctResult.result.version).toBe(2);
    expect(await corrections(result.id)).toHaveLength(1);
    expect((await readEvents(acme)).map(({ type }) => type)).toEqual(["course.completed"]);
  });

  test("keeps fields that are left out, clears fields with null, and computes percent and passed again", async () => {
    const courseId = await makeCourse(house, acme);
    const { result } = await record({
      courseId,
      score: 4,
      maximum: 10,
      passRate: 50,
      startedAt: "2026-11-01T08:00:00Z",
    });
    const change = async (input: object) => (await correct({ id: result.id, ...input })).data.correctResult.result;
    expect(await change({ passRate: null })).toMatchObject({
      passRate: null,
      passed: null,
      startedAt: "2026-11-01T08:00:00.000Z",
    });
    expect(await change({ passRate: 40, startedAt: null })).toMatchObject({ passed: true, startedAt: null });
    // An explicit `passed` stays until a correction clears it.
    expect(await change({ passed: false })).toMatchObject({ passed: false });
    expect(await change({ score: 10 })).toMatchObject({ percent: 100, passed: false });
    expect(await change({ passed: null })).toMatchObject({ passed: null });
    expect(await change({ score: null, maximum: null, completedAt: "2026-11-02T08:00:00Z" })).toMatchObject({
      percent: null,
      passed: null,
      completedAt: "2026-11-02T08:00:00.000Z",
    });
  });

  test("is validated like a new result, and needs TRAINING_WRITE in the result's organization", async () => {
    const courseId = await makeCourse(house, acme);
    const { id } = (await record({ courseId, score: 4, maximum: 10, startedAt: "2026-11-01T08:00:00Z" })).result;
    expect(fieldsOf(await correct({ id, score: 11 }))).toEqual(["score"]);
    expect(fieldsOf(await correct({ id, maximum: 3 }))).toEqual(["score"]);
    expect(fieldsOf(await correct({ id, completedAt: "2026-10-01T08:00:00Z" }))).toEqual(["startedAt"]);
    expect(fieldsOf(await correct({ id, completedAt: null, maximum: -1, reason: "x".repeat(1001) }))).toEqual([
      "reason",
      "maximum",
      "completedAt",
    ]);
    expect((await correct({ id, score: 1 }, keyOf(other, "TRAINING_WRITE"))).codes).toEqual(["NOT_FOUND"]);
    expect((await correct({ id, score: 1 }, keyOf(acme, "TRAINING_READ"))).codes).toEqual(["FORBIDDEN"]);
    expect((await correct({ id: "nothing", score: 1 })).codes).toEqual(["NOT_FOUND"]);
  });
});

describe("a module", () => {
  const stored = (courseId: string): Promise<StoredResult[]> => readResultValues(house, userId, courseId);

  async function makeThree() {
    const ids = [await makeCourse(house, acme), await makeCourse(house, null), await makeCourse(house, acme)] as const;
    return { ids, moduleId: await makeModule(house, acme, ids) };
  }

  test("is completed once, by the last of its courses, and its event follows that of the course", async () => {
    const { ids, moduleId } = await makeThree();
    const [first, second, third] = ids;
    await record({ courseId: third, score: 100, maximum: 100, passed: true, completedAt: "2026-11-20T09:00:00Z" });
    await record({
      courseId: first,
      score: 1,
      maximum: 2,
      passed: true,
      startedAt: "2026-11-01T09:00:00Z",
      completedAt: "2026-11-21T09:00:00Z",
    });
    expect(await stored(moduleId)).toEqual([]);
    const { result, completedModules } = await record({ courseId: second, score: 0, maximum: 5, passed: true });
    expect(completedModules).toEqual([
      {
        id: expect.any(String),
        courseId: moduleId,
        kind: "MODULE",
        score: 50,
        maximum: 100,
        percent: 50,
        passRate: null,
        passed: true,
        startedAt: "2026-11-01T09:00:00.000Z",
        completedAt: NOW,
        version: 1,
      },
    ]);
    const events = await readEvents(acme);
    expect(events.map(({ type }) => type)).toEqual([
      "course.completed",
      "course.completed",
      "course.completed",
      "module.completed",
    ]);
    expect(events.at(-1)).toMatchObject({
      subject: completedModules[0].id,
      data: {
        result: { kind: "MODULE", courseId: moduleId, percent: 50 },
        course: { id: moduleId },
        children: [
          { courseId: first, percent: 50 },
          { id: result.id, courseId: second, percent: 0 },
          { courseId: third },
        ],
      },
    });
  });

  test("follows later attempts and corrections of its courses, stores its earlier values, and has one event", async () => {
    const [first, second] = [await makeCourse(house, acme), await makeCourse(house, acme)];
    const moduleId = await makeModule(house, acme, [first, second]);
    await record({ courseId: first, score: 4, maximum: 10, passRate: 50 });
    await record({ courseId: second, score: 10, maximum: 10, passRate: 50 });
    const [completed] = await stored(moduleId);
    expect(completed).toMatchObject({ percent: 70, passed: false, version: 1, completedAt: NOW });

    house.clock.now = new Date("2026-11-24T09:00:00.000Z");
    const { result, completedModules } = await record({ courseId: first, score: 6, maximum: 10, passRate: 50 });
    expect(completedModules).toEqual([]);
    // A later attempt improves the result and keeps the time of completion.
    expect(await stored(moduleId)).toMatchObject([
      { id: completed!.id, percent: 80, passed: true, version: 2, completedAt: NOW },
    ]);
    await correct({ id: result.id, score: 8, reason: "Miscounted" });
    const [corrected] = await stored(moduleId);
    expect(corrected).toMatchObject({ percent: 90, version: 3, children: [result.id, expect.any(String)] });
    expect(corrected!.corrections).toMatchObject([
      { before: { percent: 70, passed: false }, after: { percent: 80, passed: true }, reason: null },
      { before: { percent: 80 }, after: { percent: 90 }, reason: "Miscounted" },
    ]);
    // An earlier attempt that is recorded late is not the latest.
    await record({ courseId: first, attempt: 1, passed: false });
    expect(await stored(moduleId)).toMatchObject([{ percent: 90, version: 3 }]);
    expect((await readEvents(acme)).filter(({ type }) => type === "module.completed")).toHaveLength(1);
    expect((await correct({ id: corrected!.id, score: 1 })).codes).toEqual(["COURSE_EXPECTED"]);
  });

  test.each([
    [[true, true], true],
    [[true, false], false],
    [[null, false], false],
    [[true, null], null],
  ])("with courses that passed %j has passed %j", async (each, expected) => {
    const ids = [await makeCourse(house, acme), await makeCourse(house, acme)];
    const moduleId = await makeModule(house, acme, ids);
    for (const [index, courseId] of ids.entries()) await record({ courseId, passed: each[index] });
    expect(await stored(moduleId)).toMatchObject([{ passed: expected, percent: null, score: null, maximum: null }]);
  });

  test("ignores archived and removed courses, and is not completed while it is empty or archived", async () => {
    const { ids, moduleId } = await makeThree();
    const [first, second, third] = ids;
    const empty = await makeModule(house, acme, []);
    const put = (courseIds: readonly string[]) =>
      run(house, "setModuleCourses", { moduleId, courseIds }, "course { id }");
    await act("archiveCourse", second, "course { id }");
    await record({ courseId: first });
    await act("archiveCourse", moduleId, "course { id }");
    await record({ courseId: third });
    expect(await stored(moduleId)).toEqual([]);
    await act("restoreCourse", moduleId, "course { id }");
    await record({ courseId: third, passed: true });
    const [completed] = await stored(moduleId);
    expect(completed!.children).toHaveLength(2);
    // Courses that are added later count only for people who have not completed it yet.
    await put([first, second, third, await makeCourse(house, acme)]);
    await record({ courseId: first, passed: true });
    expect(await stored(moduleId)).toMatchObject([{ version: 2, passed: true, id: completed!.id }]);
    expect(await stored(empty)).toEqual([]);
  });

  test("of the catalogue is completed in each organization separately", async () => {
    const [first, second] = [await makeCourse(house, null), await makeCourse(house, null)];
    const moduleId = await makeModule(house, null, [first, second]);
    await house.ask(OPERATOR, `mutation ($input: AddMemberInput!) { addMember(input: $input) { member { id } } }`, {
      input: { organizationId: other, userId },
    });
    await record({ courseId: first });
    await run(house, "recordResult", { organizationId: other, userId, courseId: second }, RESULT);
    expect(await stored(moduleId)).toEqual([]);
    await record({ courseId: second });
    await run(house, "recordResult", { organizationId: other, userId, courseId: first }, RESULT);
    expect((await stored(moduleId)).map(({ organizationId }) => organizationId).toSorted()).toEqual(
      [acme, other].toSorted(),
    );
  });

  test("is completed once, with each course once, when 200 results with duplicates arrive at once", async () => {
    const courses: string[] = [];
    for (let index = 0; index < 20; index += 1) courses.push(await makeCourse(house, acme));
    const moduleId = await makeModule(house, acme, courses);
    const sent = Array.from({ length: 200 }, (_, index) => {
      const place = (index * 7) % courses.length;
      return { courseId: courses[place]!, externalId: `burst-${people}-${place}`, score: place, maximum: 19 };
    });
    const answers = await Promise.all(sent.map((input) => record(input)));
    expect(answers.filter(({ recorded }) => recorded)).toHaveLength(courses.length);
    expect(answers.flatMap(({ completedModules }) => completedModules)).toHaveLength(1);
    const [completed, ...further] = await stored(moduleId);
    expect(further).toEqual([]);
    expect(completed).toMatchObject({ version: 1, corrections: [] });
    expect(new Set(completed!.children).size).toBe(courses.length);
    expect(completed!.percent).toBeCloseTo(50, 6);
    for (const courseId of courses) expect(await stored(courseId)).toHaveLength(1);
    const types = (await readEvents(acme)).map(({ type }) => type);
    expect(types).toEqual([...courses.map(() => "course.completed"), "module.completed"]);
  }, 120_000);
});

test("deleting a person deletes their results, and erases their scores in the logs", async () => {
  const courseId = await makeCourse(house, acme);
  const moduleId = await makeModule(house, acme, [courseId]);
  const { result } = await record({ courseId, score: 1, maximum: 3, externalId: "secret-id", passed: false });
  await correct({ id: result.id, passed: true, reason: "secret reason" });
  await start({ courseId });
  // A receiver that repeats the request in its answer.
  await house.inUnit(async (unit) => {
    await unit.execute(
      `INSERT INTO webhook_endpoint (id, organization_id, url, state, secret, secret_set_at, concurrency, timeout_seconds,
                                     version, created_at, updated_at)
       VALUES ('w1', ?, 'https://receiver.example/', 'ACTIVE', 'sealed', ?, 1, 15, 1, ?, ?)`,
      [acme, unit.now, unit.now, unit.now],
    );
    await unit.execute(
      `INSERT INTO webhook_attempt (id, endpoint_id, event_id, sequence, event_type, kind, number, succeeded, status, answer,
                                    started_at, duration_ms)
       SELECT e.id, 'w1', e.id, e.sequence, e.type, 'FIRST', 1, 1, 200, e.data, ?, 1 FROM event e WHERE e.subject_id = ?`,
      [unit.now, result.id],
    );
  });
  await act("deleteUser", userId, "user { id }");
  expect(await house.database.reader.rows("SELECT answer FROM webhook_attempt")).toEqual([{ answer: null }]);
  expect(await readResultValues(house, userId, courseId)).toEqual([]);
  expect(await house.database.reader.rows("SELECT id FROM training_start WHERE user_id = ?", [userId])).toEqual([]);
  const events = await readEvents(acme);
  expect(events.map(({ type }) => type)).toEqual(["course.completed", "module.completed"]);
  expect(events[0]!.data).toMatchObject({
    result: {
      id: result.id,
      userId,
      courseId,
      attempt: 1,
      externalId: ERASED,
      score: null,
      passed: null,
      completedAt: NOW,
    },
    user: { id: userId, email: ERASED, employeeId: ERASED },
  });
  expect(events[1]!.data).toMatchObject({
    course: { id: moduleId },
    children: [{ courseId, passed: null, percent: null }],
  });
  const entries = await house.database.reader.rows("SELECT * FROM audit_entry WHERE subject_id = ?", [result.id]);
  expect(entries).toHaveLength(2);
  expect(JSON.stringify([entries, events])).not.toMatch(/secret|learner-|33\.3/);
});

test("deleting an organization deletes its results before the courses that they refer to", async () => {
  const { id, slug } = await makeOrganization(house);
  const [course, user] = [await makeCourse(house, id), await makePerson(id)];
  await makeModule(house, id, [course]);
  const before = await countRows(house, "training_result");
  const input = { organizationId: id, userId: user, courseId: course };
  await run(house, "startTraining", input, START);
  const { result } = await run(house, "recordResult", input, RESULT);
  await run(house, "correctResult", { id: result.id, score: 3 }, "result { id }");
  await run(house, "startTraining", input, START);
  const { parts } = await run(house, "deleteOrganization", { id, confirmSlug: slug }, "parts { name count }");
  expect(parts).toEqual(
    expect.arrayContaining([
      { name: "results", count: 2 },
      { name: "trainingStarts", count: 2 },
    ]),
  );
  expect(await countRows(house, "training_result")).toBe(before);
});
