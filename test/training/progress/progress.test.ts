/** People who have not done a course yet, and starts of training: what each caller sees, and the cost of queries. */
import { beforeAll, describe, expect, test } from "@jest/globals";
import { ANONYMOUS, type Caller } from "../../../src/access/caller.js";
import type { UnitOfWork } from "../../../src/access/unit-of-work.js";
import type { Reader, SqlValue } from "../../../src/platform/database/database.js";
import { countQueries } from "../../../src/platform/database/query-count.js";
import { loadSqlite } from "../../../src/platform/database/sqlite-library.js";
import { insertRows } from "../../../src/platform/database/statements.js";
import { bindValue } from "../../../src/platform/database/values.js";
import { listOpenTraining, type OpenStep } from "../../../src/training/progress/open-training.js";
import { listStarts } from "../../../src/training/progress/list-starts.js";
import { onMariaDb } from "../../support/database.js";
import { keyOf, makeOrganization, makeUser, OPERATOR, personIn, useHouse } from "../../support/house.js";
import { run, makeCourse, makeModule, openTrainingHouse } from "../house.js";

const SqliteDatabase = await loadSqlite();
const house = useHouse(openTrainingHouse);

const OPEN = `query ($org: ID, $course: ID!, $step: OpenTrainingStep, $filter: OpenTrainingFilter, $first: Int, $after: String) {
  openTraining(organizationId: $org, courseId: $course, step: $step, filter: $filter, first: $first, after: $after) {
    nodes { userId courseId startedAt user { firstName } } totalCount pageInfo { hasNextPage endCursor } } }`;
const STARTS = `query ($org: ID, $filter: TrainingStartFilter, $first: Int, $after: String) {
  trainingStarts(organizationId: $org, filter: $filter, first: $first, after: $after) {
    nodes { userId courseId moduleId attempt startedAt completedAt user { firstName } } totalCount pageInfo { endCursor } } }`;

let acme: string;
let other: string;
let north: string;
let south: string;
let fire: string;
let data: string;
let firstWeek: string;
let people: Record<"ann" | "bob" | "cem" | "dan" | "eve" | "mia", string>;

beforeAll(async () => {
  acme = (await makeOrganization(house)).id;
  other = (await makeOrganization(house)).id;
  people = {} as typeof people;
  for (const name of ["eve", "dan", "cem", "bob", "ann", "mia"] as const)
    people[name] = (
      await makeUser(house, acme, { email: `${name}@example.com`, firstName: name, lastName: `Last-${name}` })
    ).id;
  [fire, data] = [await makeCourse(house, acme), await makeCourse(house, null)];
  firstWeek = await makeModule(house, acme, [fire, data]);
  const group = async (name: string, members: readonly string[]) => {
    const made = await run(house, "createGroup", { organizationId: acme, name }, "group { id }");
    await run(house, "addUsersToGroup", { groupId: made.group.id, userIds: members }, "group { id }");
    return made.group.id as string;
  };
  north = await group("North", [people.ann, people.bob, people.cem, people.dan]);
  south = await group("South", [people.dan, people.eve]);
  await run(house, "assignCoursesToGroup", { groupId: north, courseIds: [fire] }, "group { id }");
  await run(house, "assignCoursesToGroup", { groupId: south, courseIds: [firstWeek] }, "group { id }");
  await run(house, "setGroupManagers", { groupId: south, userIds: [people.mia] }, "group { id }");
  const of = (userId: string) => ({ organizationId: acme, userId, courseId: fire });
  // Ann passed, Bob failed, Cem started, Dan did nothing, Eve started a different course of the module.
  await run(house, "recordResult", { ...of(people.ann), passed: false }, "result { id }");
  await run(house, "recordResult", { ...of(people.ann), passed: true }, "result { id }");
  await run(house, "startTraining", of(people.bob), "start { id }");
  await run(house, "recordResult", { ...of(people.bob), passed: false }, "result { id }");
  house.clock.now = new Date("2026-11-24T09:00:00.000Z");
  await run(house, "startTraining", of(people.cem), "start { id }");
  const withModule = { ...of(people.eve), courseId: data, moduleId: firstWeek };
  house.clock.now = new Date("2026-11-25T09:00:00.000Z");
  await run(house, "startTraining", withModule, "start { id }");
});

const all = () => keyOf(acme, "TRAINING_READ", "USERS_READ", "GROUPS_READ");
const manager = () => personIn(acme, people.mia, ["TEAM_TRAINING_READ", "USERS_READ", "GROUPS_READ"]);
const nameOf = ({ user }: { user: { firstName: string } }) => user.firstName;
const open = async (variables: object, caller: Caller = all()) => {
  const { data: answer, codes } = await house.ask(caller, OPEN, { course: fire, ...variables });
  return codes.length > 0 ? codes : (answer.openTraining.nodes.map(nameOf) as string[]);
};

describe("openTraining", () => {
  test.each<[OpenStep, string[]]>([
    ["BEGIN", ["dan", "eve"]],
    ["COMPLETE", ["cem", "dan", "eve"]],
    ["PASS", ["bob", "cem", "dan", "eve"]],
  ])("step %s lists people with the course, alone or in a module, who have not done it yet", async (step, expected) => {
    expect(await open({ step })).toEqual(expected);
  });

  test("counts a module as begun when a person starts any of its courses", async () => {
    expect(await open({ course: firstWeek, step: "BEGIN" })).toEqual(["dan"]);
    expect(await open({ course: firstWeek, step: "COMPLETE" })).toEqual(["dan", "eve"]);
    const { data: answer } = await house.ask(all(), OPEN, { course: firstWeek });
    expect(answer.openTraining.nodes.map(({ startedAt }: { startedAt: string | null }) => startedAt)).toEqual([
      null,
      "2026-11-25T09:00:00.000Z",
    ]);
  });

  test("filters, pages and counts", async () => {
    expect(await open({ filter: { groupIds: [south] } })).toEqual(["dan", "eve"]);
    expect(await open({ filter: { userIds: [people.cem, people.ann] } })).toEqual(["cem"]);
    const first = await house.ask(all(), OPEN, { course: fire, first: 2 });
    const { totalCount, pageInfo } = first.data.openTraining;
    expect([totalCount, pageInfo.hasNextPage]).toEqual([3, true]);
    expect(await open({ first: 2, after: pageInfo.endCursor })).toEqual(["eve"]);
  });

  test("shows all people, a manager's team, or only the caller, by permission", async () => {
    expect(await open({}, manager())).toEqual(["dan", "eve"]);
    expect(await open({ filter: { userIds: [people.cem, people.eve] } }, manager())).toEqual(["eve"]);
    expect(await open({ filter: { groupIds: [north] } }, manager())).toEqual(["dan"]);
    expect(await open({}, personIn(acme, people.cem, []))).toEqual(["cem"]);
    expect(await open({}, personIn(acme, people.ann, []))).toEqual([]);
    expect(await open({}, keyOf(acme, "TEAM_TRAINING_READ", "USERS_READ"))).toEqual(["FORBIDDEN"]);
    expect(await open({ org: acme }, keyOf(other, "TRAINING_READ"))).toEqual(["NOT_FOUND"]);
    expect(await open({ org: acme }, ANONYMOUS)).toEqual(["UNAUTHENTICATED"]);
    expect(await open({ filter: { groupIds: [north] } }, keyOf(acme, "TRAINING_READ", "USERS_READ"))).toEqual([
      "FORBIDDEN",
    ]);
    // For the course of a different organization, the list is empty.
    expect(await open({ course: await makeCourse(house, other) })).toEqual([]);
  });

  test("leaves archived accounts out", async () => {
    const { id } = await makeUser(house, acme, { email: "old@example.com", firstName: "old" });
    await run(house, "addUsersToGroup", { groupId: south, userIds: [id] }, "group { id }");
    expect(await open({})).toContain("old");
    await house.ask(OPERATOR, "mutation ($id: ID!) { archiveUser(id: $id) { user { id } } }", { id });
    expect(await open({})).toEqual(["cem", "dan", "eve"]);
  });

  test("needs as many queries for a large page as for a small one", async () => {
    const count = async (first: number) =>
      (await countQueries(() => house.ask(OPERATOR, OPEN, { org: acme, course: fire, first }))).statements.length;
    // Statements: the course; its modules; the people; the page; their starts; the count; the accounts.
    expect([await count(1), await count(200)]).toEqual([7, 7]);
  });
});

describe("trainingStarts", () => {
  const starts = async (variables: Record<string, unknown>, caller: Caller = all()) => {
    const { data: answer, codes } = await house.ask(caller, STARTS, variables);
    return codes.length > 0 ? codes : (answer.trainingStarts.nodes.map(nameOf) as string[]);
  };

  test("lists starts, latest first, with the time of completion", async () => {
    const { data: answer } = await house.ask(all(), STARTS);
    expect(answer.trainingStarts).toMatchObject({
      totalCount: 3,
      nodes: [
        { userId: people.eve, courseId: data, moduleId: firstWeek, completedAt: null },
        { userId: people.cem, courseId: fire, moduleId: null, startedAt: "2026-11-24T09:00:00.000Z" },
        { userId: people.bob, completedAt: "2026-11-23T09:00:00.000Z" },
      ],
    });
  });

  test.each<[string, () => object, string[]]>([
    ["open", () => ({ open: true }), ["eve", "cem"]],
    ["completed", () => ({ open: false }), ["bob"]],
    ["a course", () => ({ courseIds: [fire] }), ["cem", "bob"]],
    ["courses", () => ({ courseIds: [fire, data] }), ["eve", "cem", "bob"]],
    ["a group", () => ({ groupIds: [south] }), ["eve"]],
    ["people and a course", () => ({ userIds: [people.bob, people.eve], courseIds: [fire] }), ["bob"]],
    ["time", () => ({ from: "2026-11-24", to: "2026-11-24" }), ["cem"]],
  ])("filters by %s", async (_, filterOf, expected) => {
    expect(await starts({ filter: filterOf() })).toEqual(expected);
  });

  test("shows all people, a manager's team, or only the caller, by permission", async () => {
    expect(await starts({}, manager())).toEqual(["eve"]);
    expect(await starts({ filter: { userIds: [people.bob] } }, manager())).toEqual([]);
    expect(await starts({}, personIn(acme, people.cem, []))).toEqual(["cem"]);
    expect(await starts({}, keyOf(acme, "TEAM_TRAINING_READ"))).toEqual(["FORBIDDEN"]);
    expect(await starts({ org: acme }, keyOf(other, "TRAINING_READ"))).toEqual(["NOT_FOUND"]);
    expect(await starts({ filter: { groupIds: [north] } }, keyOf(acme, "TRAINING_READ"))).toEqual(["FORBIDDEN"]);
    expect(await starts({ filter: { from: "2026-11-25", to: "2026-11-24" } })).toEqual(["INVALID_INPUT"]);
  });
});

describe("the cost of a page", () => {
  const [SMALL, LARGE] = [2_000, 10_000];
  interface Filled {
    readonly id: string;
    readonly wide: string;
    readonly narrow: string;
  }
  let small: Filled;
  let large: Filled;

  /** An organization with a course that all people have, and one that ten have. Every tenth person completed the first. */
  async function fill(letter: string, size: number): Promise<Filled> {
    const { id } = await makeOrganization(house);
    const [wide, narrow] = [await makeCourse(house, id), await makeCourse(house, id)];
    await house.inUnit(async (unit) => {
      const { now } = unit;
      const numbers = Array.from({ length: size }, (_, number) => number);
      const person = (number: number) => `${letter}-${1_000_000 + number}`;
      const key = (number: number) => `k${(number * 7919) % size}`;
      await insert(
        unit,
        "app_user",
        "id home_organization_id email email_key first_name first_name_key last_name last_name_key full_name status auth_method version created_at updated_at",
        numbers.map((number) => {
          const email = `${person(number)}@example.com`;
          return [person(number), id, email, email, "F", "f", "L", key(number), "F L", "ACTIVE", "SSO", 1, now, now];
        }),
      );
      await insert(
        unit,
        "membership",
        "organization_id user_id created_at last_name_key first_name_key email_key status",
        numbers.map((number) => [id, person(number), now, key(number), "f", `${person(number)}@example.com`, "ACTIVE"]),
      );
      for (const [group, course, members] of [
        [`${letter}-wide`, wide, numbers],
        [`${letter}-narrow`, narrow, numbers.filter((number) => number % (size / 10) === 0)],
      ] as const) {
        await insert(unit, "user_group", "id organization_id name name_hash name_key version created_at updated_at", [
          [group, id, group, group, group, 1, now, now],
        ]);
        await insert(unit, "course_assignment", "group_id course_id organization_id assigned_at", [
          [group, course, id, now],
        ]);
        await insert(
          unit,
          "group_member",
          "group_id user_id source_kind source_id created_at",
          members.map((number) => [group, person(number), "ADMIN", "", now]),
        );
      }
      await insert(
        unit,
        "training_result",
        "id organization_id user_id course_id kind attempt completed_at recorded_at version passed",
        numbers
          .filter((number) => number % 10 === 0)
          .map((number) => [`${person(number)}-r`, id, person(number), wide, "COURSE", 1, now, now, 1, true]),
      );
      await insert(
        unit,
        "training_start",
        "id organization_id user_id course_id attempt started_at",
        numbers.map((number) => [
          `${person(number)}-s`,
          id,
          person(number),
          number % (size / 10) === 0 ? narrow : wide,
          1,
          new Date(now.getTime() + number),
        ]),
      );
    });
    return { id, wide, narrow };
  }

  async function insert(unit: UnitOfWork, table: string, columns: string, rows: readonly (readonly SqlValue[])[]) {
    await insertRows(unit, table, columns.split(" "), rows);
  }

  beforeAll(async () => {
    small = await fill("s", SMALL);
    large = await fill("l", LARGE);
  }, 120_000);

  /** Counts the rows of members and starts that the database examines for a read. */
  async function examine(read: (reader: Reader) => Promise<{ readonly nodes: readonly unknown[] }>) {
    return await house.inUnit(async (unit) => {
      if (onMariaDb) {
        const handled = async () =>
          (await unit.rows<{ Value: string }>("SHOW SESSION STATUS LIKE 'Handler_read%'")).reduce(
            (sum, { Value }) => sum + Number(Value),
            0,
          );
        const before = await handled();
        const { nodes } = await read(unit);
        return { found: nodes.length, examined: (await handled()) - before };
      }
      const handle = new SqliteDatabase(house.database.url.replace("sqlite:", ""), { readonly: true });
      let examined = 0;
      const { function: define } = handle as unknown as { function: (name: string, touch: () => number) => void };
      define.call(handle, "touch", () => {
        examined += 1;
        return 1;
      });
      const rows = async <Row>(sql: string, parameters: readonly SqlValue[] = []): Promise<Row[]> => {
        const touching = sql.replaceAll(/\b([ms])\.organization_id = \?/g, "$& AND touch() = 1");
        const answered = handle.prepare(touching).all(...parameters.map(bindValue)) as Row[];
        if (touching === sql) examined += answered.length;
        return answered;
      };
      const row = async <Row>(sql: string, parameters?: readonly SqlValue[]) => (await rows<Row>(sql, parameters))[0];
      const { nodes } = await read({ dialect: "sqlite", rows, row });
      handle.close();
      return { found: nodes.length, examined };
    });
  }

  const page = { first: 50 };
  const openIn = (of: Filled, courseId: string) =>
    examine((reader) =>
      listOpenTraining({ ...house.store, reader }, OPERATOR, {
        organizationId: of.id,
        courseId,
        step: "COMPLETE",
        page,
      }),
    );

  test("a page of openTraining of a course for all people does not examine more rows in a larger organization", async () => {
    const [inSmall, inLarge] = [await openIn(small, small.wide), await openIn(large, large.wide)];
    expect([inSmall.found, inLarge.found]).toEqual([50, 50]);
    expect(inLarge.examined).toBeLessThan(onMariaDb ? 3_000 : 1_300);
    expect(Math.abs(inLarge.examined - inSmall.examined)).toBeLessThan(100);
  });

  test("a page of openTraining of a course for ten people examines as many rows in each organization", async () => {
    const [inSmall, inLarge] = [await openIn(small, small.narrow), await openIn(large, large.narrow)];
    expect([inSmall.found, inLarge.found]).toEqual([10, 10]);
    expect(inLarge.examined).toBeLessThan(200);
    expect(inLarge.examined).toBe(inSmall.examined);
  });

  test.each<[string, (of: Filled) => object, number]>([
    ["all", () => ({}), 50],
    ["one course", ({ narrow }) => ({ courseIds: [narrow] }), 10],
    ["a few people", ({ id }) => ({ groupIds: [`${id === small.id ? "s" : "l"}-narrow`] }), 10],
  ])(
    "a page of trainingStarts of %s examines as many rows in a large organization as in a small one",
    async (_, filterOf, found) => {
      const read = (of: Filled) =>
        examine((reader) =>
          listStarts({ ...house.store, reader }, OPERATOR, { organizationId: of.id, filter: filterOf(of), page }),
        );
      const [inSmall, inLarge] = [await read(small), await read(large)];
      expect([inSmall.found, inLarge.found]).toEqual([found, found]);
      expect(inLarge.examined).toBeLessThan(200);
      expect(inLarge.examined).toBe(inSmall.examined);
    },
  );
});
