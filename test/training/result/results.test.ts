/** Reading results: filters, pages, the results that each caller sees, and figures. */
import { beforeAll, describe, expect, test } from "@jest/globals";
import { readGroupResults } from "../../../src/training/result/group-results.js";
import { v7 as uuidv7 } from "uuid";
import { ANONYMOUS, type Caller } from "../../../src/access/caller.js";
import { createGroup } from "../../../src/people/group/group.operations.js";
import { updateOrganization } from "../../../src/people/organization/organization.operations.js";
import type { SqlValue } from "../../../src/platform/database/database.js";
import { countQueries } from "../../../src/platform/database/query-count.js";
import { insertRows } from "../../../src/platform/database/statements.js";
import { keyOf, makeOrganization, makeUser, OPERATOR, personIn, useHouse } from "../../support/house.js";
import { createTrainingNodes } from "../../../src/training/nodes.js";
import { makeCourse, makeModule, openTrainingHouse } from "../house.js";

const house = useHouse(openTrainingHouse);
let acme: string;
let other: string;
let people: Record<"mia" | "ann" | "bob" | "dan" | "eve" | "guest" | "stranger", string>;
let groups: Record<"north" | "south" | "foreign", string>;
let courses: Record<"fire" | "data" | "module", string>;
let answers: Record<"fulltime" | "parttime" | "berlin" | "oslo" | "foreign", string>;

async function insert(table: string, columns: string, rows: readonly (readonly SqlValue[])[]): Promise<void> {
  await house.inUnit(async (unit) => {
    await insertRows(unit, table, columns.split(" "), rows);
  });
}

interface Given {
  readonly organizationId?: string;
  readonly courseId?: string;
  readonly percent?: number | null;
  readonly passed?: boolean | null;
  readonly kind?: "COURSE" | "MODULE";
}

/** Stores a result without the checks of `recordResult`. */
async function complete(userId: string, completedAt: string, given: Given = {}): Promise<string> {
  const { organizationId = acme, courseId = courses.fire, percent = 80, passed = true, kind = "COURSE" } = given;
  const id = uuidv7();
  const moment = new Date(completedAt);
  await insert(
    "training_result",
    "id organization_id user_id course_id kind attempt score maximum percent passed completed_at recorded_at version",
    [[id, organizationId, userId, courseId, kind, 1, percent, 100, percent, passed, moment, moment, 1]],
  );
  return id;
}

beforeAll(async () => {
  acme = (await makeOrganization(house)).id;
  other = (await makeOrganization(house)).id;
  await updateOrganization(house.store, OPERATOR, acme, { timeZone: "Australia/Sydney" });
  const join = async (name: string, organizationId = acme) =>
    (await makeUser(house, organizationId, { email: `${name}@example.com`, firstName: name })).id;
  people = {
    mia: await join("mia"),
    ann: await join("ann"),
    bob: await join("bob"),
    dan: await join("dan"),
    eve: await join("eve"),
    guest: await join("guest", other),
    stranger: await join("stranger", other),
  };
  const group = async (name: string, organizationId = acme) =>
    (await createGroup(house.store, OPERATOR, { organizationId, name })).id;
  groups = { north: await group("North"), south: await group("South"), foreign: await group("Foreign", other) };
  courses = {
    fire: await makeCourse(house, acme, { title: "Fire" }),
    data: await makeCourse(house, acme, { title: "Data" }),
    module: "",
  };
  courses.module = await makeModule(house, acme, [courses.fire, courses.data]);
  const now = new Date();
  await insert(
    "group_member",
    "group_id user_id source_kind source_id created_at",
    [
      [groups.north, people.ann, "ADMIN"],
      [groups.north, people.ann, "MAPPING"],
      [groups.north, people.bob, "ADMIN"],
      [groups.south, people.eve, "ADMIN"],
      [groups.south, people.bob, "ADMIN"],
      [groups.foreign, people.stranger, "ADMIN"],
      [groups.foreign, people.eve, "ADMIN"],
    ].map((row) => [...row, "", now] as SqlValue[]),
  );
  // Mia also manages a group of the other organization. This must not show her the group's results of this organization.
  await insert("group_manager", "group_id user_id created_at", [
    [groups.north, people.mia, now],
    [groups.foreign, people.mia, now],
    [groups.south, people.eve, now],
  ]);
  await house.inUnit(async (unit) => {
    await unit.execute("UPDATE app_user SET manager_user_id = ? WHERE id IN (?, ?, ?)", [
      people.mia,
      people.dan,
      people.guest,
      people.stranger,
    ]);
  });
  await insert("membership", "organization_id user_id created_at", [[acme, people.guest, now]]);

  answers = { fulltime: uuidv7(), parttime: uuidv7(), berlin: uuidv7(), oslo: uuidv7(), foreign: uuidv7() };
  const [work, place, theirs] = [uuidv7(), uuidv7(), uuidv7()];
  await insert("filter", "id organization_id question question_hash position version created_at updated_at", [
    [work, acme, "Work", "w", 1, 1, now, now],
    [place, acme, "Place", "p", 2, 1, now, now],
    [theirs, other, "Theirs", "t", 1, 1, now, now],
  ]);
  await insert("filter_answer", "id filter_id text position", [
    [answers.fulltime, work, "Full time", 1],
    [answers.parttime, work, "Part time", 2],
    [answers.berlin, place, "Berlin", 1],
    [answers.oslo, place, "Oslo", 2],
    [answers.foreign, theirs, "Theirs", 1],
  ]);
  await insert("user_answer", "user_id filter_id answer_id organization_id", [
    [people.ann, work, answers.fulltime, acme],
    [people.bob, work, answers.parttime, acme],
    [people.ann, place, answers.berlin, acme],
    [people.bob, place, answers.oslo, acme],
    [people.dan, place, answers.berlin, acme],
  ]);

  await complete(people.ann, "2026-10-03T13:59:59.999Z");
  await complete(people.bob, "2026-10-03T14:00:00.000Z", { passed: false, percent: 20 });
  await complete(people.dan, "2026-10-04T12:59:59.999Z", { courseId: courses.data, passed: null, percent: null });
  await complete(people.eve, "2026-10-04T13:00:00.000Z", { courseId: courses.data });
  await complete(people.mia, "2026-10-05T00:00:00.000Z");
  await complete(people.guest, "2026-10-06T00:00:00.000Z");
  // Results in the other organization, of people who are in groups here or report to a manager here.
  for (const person of [people.stranger, people.ann, people.eve, people.guest])
    await complete(person, "2026-10-04T00:00:00.000Z", { organizationId: other });
});

const LIST = `query ($org: ID!, $filter: ResultFilter, $orderBy: ResultOrder, $first: Int, $after: String, $last: Int, $before: String) {
  results(organizationId: $org, filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
    nodes { id userId completedAt } totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;

const nameOf = (id: string) => Object.entries(people).find(([, each]) => each === id)?.[0] ?? id;

async function list(caller: Caller = OPERATOR, variables: Record<string, unknown> = {}) {
  const answer = await house.ask(caller, LIST, { org: acme, ...variables });
  const results = answer.data?.results;
  const names: string[] = (results?.nodes ?? []).map(({ userId }: { userId: string }) => nameOf(userId));
  if (results !== undefined && variables["first"] === undefined && variables["last"] === undefined)
    expect(results.totalCount).toBe(names.length);
  return { codes: answer.codes, details: answer.details, names, ...results };
}

describe("a list of results", () => {
  test("shows the results of one organization, latest first, and pages both ways", async () => {
    const all = ["guest", "mia", "eve", "dan", "bob", "ann"];
    expect((await list()).names).toEqual(all);
    for (const orderBy of [null, { field: "COMPLETED_AT" }, { field: "COMPLETED_AT", direction: "DESC" }]) {
      const expected = orderBy?.field !== undefined && !("direction" in orderBy) ? all.toReversed() : all;
      const forwards: string[] = [];
      for (let after: string | null = null; ;) {
        const page: Awaited<ReturnType<typeof list>> = await list(OPERATOR, { orderBy, first: 4, after });
        forwards.push(...page.names);
        if (!page.pageInfo.hasNextPage) break;
        after = page.pageInfo.endCursor;
      }
      expect(forwards).toEqual(expected);
      const backwards: string[] = [];
      for (let before: string | null = null; ;) {
        const page: Awaited<ReturnType<typeof list>> = await list(OPERATOR, { orderBy, last: 4, before });
        backwards.unshift(...page.names);
        if (!page.pageInfo.hasPreviousPage) break;
        before = page.pageInfo.startCursor;
      }
      expect(backwards).toEqual(expected);
    }
  });

  test("pages through results of several people in the same order as without a filter, also with equal times", async () => {
    const { id } = await makeOrganization(house);
    const members: string[] = [];
    for (let number = 0; number < 4; number += 1)
      members.push((await makeUser(house, id, { email: `tied${number}@example.com` })).id);
    for (let turn = 0; turn < 3; turn += 1)
      for (const member of members)
        await complete(member, `2026-10-0${1 + (turn % 2)}T00:00:00.000Z`, { organizationId: id });
    const read = async (filter: object) => {
      const ids: string[] = [];
      const ways: boolean[] = [];
      for (let after: string | null = null; ;) {
        const page = await list(OPERATOR, { org: id, filter, first: 5, after });
        ids.push(...page.nodes.map((node: { id: string }) => node.id));
        ways.push(page.pageInfo.hasPreviousPage);
        if (!page.pageInfo.hasNextPage) return { ids, ways };
        after = page.pageInfo.endCursor;
      }
    };
    const everybody = await read({});
    expect(everybody.ids).toHaveLength(12);
    expect(everybody.ways).toEqual([false, true, true]);
    expect(await read({ userIds: members })).toEqual(everybody);
    expect(await read({ userIds: members, courseIds: [courses.fire, courses.data] })).toEqual(everybody);
    expect(await read({ courseIds: [courses.fire, courses.data] })).toEqual(everybody);
  });

  test.each<[string, () => object, string[]]>([
    [
      "days in Sydney, of which this one has 23 hours",
      () => ({ from: "2026-10-04", to: "2026-10-04" }),
      ["dan", "bob"],
    ],
    ["moments", () => ({ from: "2026-10-04T00:00:00+10:00", to: "2026-10-04T13:00:00Z" }), ["dan", "bob"]],
    ["local times in Sydney", () => ({ from: "2026-10-03T23:59", to: "2026-10-05T00:00" }), ["dan", "bob", "ann"]],
    ["a beginning without an end", () => ({ from: "2026-10-05" }), ["guest", "mia", "eve"]],
    ["a group", () => ({ groupIds: [groups.north] }), ["bob", "ann"]],
    ["either group", () => ({ groupIds: [groups.north, groups.south] }), ["eve", "bob", "ann"]],
    ["a group of a different organization", () => ({ groupIds: [groups.foreign] }), []],
    ["a course", () => ({ courseIds: [courses.data] }), ["eve", "dan"]],
    ["people", () => ({ userIds: [people.ann, people.dan] }), ["dan", "ann"]],
    ["people of a different organization", () => ({ userIds: [people.stranger] }), []],
    ["passed", () => ({ passed: true }), ["guest", "mia", "eve", "ann"]],
    ["not passed", () => ({ passed: false }), ["bob"]],
    ["one answer", () => ({ answers: [answers.berlin] }), ["dan", "ann"]],
    ["either answer to one question", () => ({ answers: [answers.fulltime, answers.parttime] }), ["bob", "ann"]],
    ["answers to two questions", () => ({ answers: [answers.fulltime, answers.parttime, answers.berlin] }), ["ann"]],
    ["answers of two different people", () => ({ answers: [answers.fulltime, answers.oslo] }), []],
    [
      "all filters at once",
      () => ({
        from: "2026-10-01",
        groupIds: [groups.north],
        courseIds: [courses.fire],
        userIds: [people.ann],
        passed: true,
        answers: [answers.berlin],
      }),
      ["ann"],
    ],
    [
      "empty filters",
      () => ({ groupIds: [], courseIds: [], userIds: [], answers: [], passed: null, from: null, to: null }),
      ["guest", "mia", "eve", "dan", "bob", "ann"],
    ],
  ])("filters by %s", async (_, filterOf, expected) => {
    const { names, codes } = await list(keyOf(acme, "TRAINING_READ", "GROUPS_READ"), { filter: filterOf() });
    expect({ names, codes }).toEqual({ names: expected, codes: [] });
  });

  test("refuses empty ranges, unknown answers, and groups without GROUPS_READ", async () => {
    const range = await list(OPERATOR, { filter: { from: "2026-10-04", to: "2026-10-03" } });
    expect(range.codes).toEqual(["INVALID_INPUT"]);
    expect(range.details[0].fields).toEqual([{ path: "filter.to", code: "INVALID", message: expect.any(String) }]);
    const unknown = await list(OPERATOR, { filter: { answers: [answers.berlin, answers.foreign] } });
    expect(unknown.details[0].fields).toEqual([
      { path: "filter.answers", code: "UNKNOWN", message: expect.any(String) },
    ]);
    const key = keyOf(acme, "TRAINING_READ");
    expect((await list(key, { filter: { groupIds: [groups.north] } })).codes).toEqual(["FORBIDDEN"]);
    expect((await list(key, { filter: { courseIds: [courses.data] } })).names).toEqual(["eve", "dan"]);
  });

  test("finds the same results for more people than it merges", async () => {
    const everybody = Array.from({ length: 250 }, (_, index) => `nobody-${index}`);
    expect((await list(OPERATOR, { filter: { userIds: [...everybody, people.bob, people.ann] } })).names).toEqual([
      "bob",
      "ann",
    ]);
    const { id } = await createGroup(house.store, OPERATOR, { organizationId: other, name: "Crowd" });
    const crowd = Array.from({ length: 201 }, () => uuidv7());
    const now = new Date();
    await insert(
      "app_user",
      "id home_organization_id email email_key first_name first_name_key last_name last_name_key full_name status auth_method version created_at updated_at",
      crowd.map((user) => [user, other, "c", "c", "c", "c", "c", "c", "c", "ACTIVE", "SSO", 1, now, now]),
    );
    await insert(
      "group_member",
      "group_id user_id source_kind source_id created_at",
      [...crowd, people.eve].map((user) => [id, user, "ADMIN", "", now]),
    );
    await insert("group_manager", "group_id user_id created_at", [[id, people.stranger, now]]);
    const inOther = { org: other, filter: { groupIds: [id] } };
    expect((await list(OPERATOR, inOther)).names).toEqual(["eve"]);
    expect((await list(personIn(other, people.stranger, ["TEAM_TRAINING_READ"]), { org: other })).names).toEqual([
      "eve",
      "stranger",
    ]);
    expect((await list(OPERATOR, { org: other, filter: { groupIds: [id], courseIds: [courses.fire] } })).names).toEqual(
      ["eve"],
    );
    // The most people and courses of a request. A stream for each pair would bind hundreds of thousands of values.
    const nothing = Array.from({ length: 1_998 }, (_, index) => `nothing-${index}`);
    const named = { userIds: [...crowd.slice(0, 190), people.eve], courseIds: [courses.fire, ...nothing] };
    expect((await list(OPERATOR, { org: other, filter: named })).names).toEqual(["eve"]);
    const few = { userIds: [...crowd, ...nothing, people.eve], courseIds: [courses.fire, ...nothing.slice(0, 199)] };
    expect((await list(OPERATOR, { org: other, filter: { ...few, passed: true } })).names).toEqual(["eve"]);
  });

  test("needs as many queries for many results as for few", async () => {
    const { id } = await makeOrganization(house);
    const [user, second] = [
      (await makeUser(house, id, { email: "one@example.com" })).id,
      (await makeUser(house, id, { email: "two@example.com" })).id,
    ];
    const now = new Date();
    for (const [index, person] of [user, second].entries()) {
      const children = [
        await complete(person, "2026-10-01T00:00:00Z", { organizationId: id }),
        await complete(person, "2026-10-02T00:00:00Z", { organizationId: id, courseId: courses.data }),
      ];
      const whole = await complete(person, "2026-10-03T00:00:00Z", {
        organizationId: id,
        courseId: courses.module,
        kind: "MODULE",
      });
      await insert(
        "training_result_child",
        "module_result_id result_id position",
        children.map((child, position) => [whole, child, 1 - position]),
      );
      const values = { score: 1, maximum: 2, percent: 50, passRate: null, passed: index === 0, startedAt: null };
      await insert(
        "training_result_correction",
        "id result_id version before_value after_value reason cause_kind cause_actor corrected_at",
        [2, 3].map((version) => {
          const value = JSON.stringify({ ...values, completedAt: now });
          return [uuidv7(), whole, version, value, value, `Change ${version}`, "OPERATOR", "key", now];
        }),
      );
    }
    const document = `query ($org: ID!, $first: Int, $filter: ResultFilter) { results(organizationId: $org, first: $first, filter: $filter) {
      nodes { user { firstName } course { title kind } score maximum percent passRate passed startedAt attempt version
        children { course { title } user { id } } corrections { version reason before { percent } after { completedAt } cause { kind } } } } }`;
    const count = async (variables: object) => {
      const { result, statements } = await countQueries(() => house.ask(OPERATOR, document, { org: id, ...variables }));
      expect(result.codes).toEqual([]);
      return { nodes: result.data.results.nodes, statements: statements.length };
    };
    const [few, many] = [await count({ first: 1 }), await count({ first: 200 })];
    // Statements: the page; children and corrections of all its results; their users; their courses.
    expect(few.statements).toBe(5);
    expect(many.statements).toBe(few.statements);
    expect(many.nodes).toHaveLength(6);
    const [whole] = many.nodes.filter(({ children }: { children: unknown[] }) => children.length > 0);
    expect(whole.children.map((child: { course: object }) => child.course)).toEqual([
      { title: "Data" },
      { title: "Fire" },
    ]);
    expect(whole.corrections).toMatchObject([
      { version: 2, reason: "Change 2", before: { percent: 50 }, cause: { kind: "OPERATOR" } },
      { version: 3, after: { completedAt: now.toISOString() } },
    ]);
    // A filter by people adds a statement, and so do days in the organization's time zone.
    expect((await count({ filter: { userIds: [user] } })).statements).toBe(few.statements + 1);
    expect((await count({ filter: { userIds: [user], from: "2026-10-01" } })).statements).toBe(few.statements + 2);
    const { statements } = await countQueries(() => list(OPERATOR, { org: id }));
    expect(statements).toHaveLength(2);
  });
});

describe("access to results", () => {
  const manager = () => personIn(acme, people.mia, ["USERS_READ", "GROUPS_READ", "TEAM_TRAINING_READ"]);

  test("a manager sees results of the groups they manage here, of their reports, and their own", async () => {
    expect((await list(manager())).names).toEqual(["mia", "dan", "bob", "ann"]);
  });

  test.each<[string, () => object, string[]]>([
    ["the person", () => ({ userIds: [people.eve] }), []],
    ["everybody", () => ({ userIds: Object.values(people) }), ["mia", "dan", "bob", "ann"]],
    ["a group that they do not manage", () => ({ groupIds: [groups.south] }), ["bob"]],
    ["a group that they manage in a different organization", () => ({ groupIds: [groups.foreign] }), []],
    ["the course", () => ({ courseIds: [courses.data] }), ["dan"]],
    ["an answer", () => ({ answers: [answers.berlin] }), ["dan", "ann"]],
    ["passed", () => ({ passed: true }), ["mia", "ann"]],
    ["time", () => ({ from: "2026-10-05" }), ["mia"]],
    ["person and course", () => ({ userIds: [people.eve, people.guest], courseIds: [courses.fire, courses.data] }), []],
  ])("a manager does not see further results by a filter: %s", async (_, filterOf, expected) => {
    expect((await list(manager(), { filter: filterOf() })).names).toEqual(expected);
  });

  test("a person without a team or without permissions sees their own results", async () => {
    for (const permissions of [["TEAM_TRAINING_READ"], []] as const) {
      const caller = personIn(acme, people.dan, permissions);
      expect((await list(caller)).names).toEqual(["dan"]);
      expect((await list(caller, { filter: { userIds: [people.ann] } })).names).toEqual([]);
      expect((await list(caller, { filter: { courseIds: [courses.data] } })).names).toEqual(["dan"]);
    }
    expect((await list(personIn(acme, people.eve, []))).names).toEqual(["eve"]);
    expect((await list(personIn(acme, people.stranger, []))).names).toEqual([]);
  });

  test("refuses a key with only TEAM_TRAINING_READ, and callers of other organizations", async () => {
    const codes = async (caller: Caller, org = acme) => (await list(caller, { org })).codes;
    expect(await codes(keyOf(acme, "TEAM_TRAINING_READ"))).toEqual(["FORBIDDEN"]);
    expect(await codes(keyOf(acme, "USERS_READ", "GROUPS_READ"))).toEqual(["FORBIDDEN"]);
    expect(await codes(keyOf(other, "TRAINING_READ"))).toEqual(["NOT_FOUND"]);
    expect(await codes(personIn(other, people.mia))).toEqual(["NOT_FOUND"]);
    expect(await codes(manager(), other)).toEqual(["NOT_FOUND"]);
    expect(await codes(ANONYMOUS)).toEqual(["UNAUTHENTICATED"]);
    expect((await list(keyOf(acme, "TRAINING_READ"))).names).toHaveLength(6);
    expect((await list(personIn(acme, people.eve, ["TRAINING_READ"]))).names).toHaveLength(6);
  });

  test("node finds the results that the list shows", async () => {
    const source = createTrainingNodes(house.store).find(({ type }) => type === "Result")!;
    const { nodes } = await list(OPERATOR);
    const ids = nodes.map(({ id }: { id: string }) => id) as string[];
    const callers = [manager(), personIn(acme, people.dan, []), personIn(acme, people.stranger, []), OPERATOR];
    for (const caller of [...callers, keyOf(acme, "TRAINING_READ")]) {
      const { result: found, statements } = await countQueries(() => source.find(caller, ids));
      const listed = (await list(caller)).nodes.map(({ id }: { id: string }) => id) as string[];
      expect([...found.keys()].toSorted()).toEqual(listed.toSorted());
      expect(statements).toHaveLength(1);
    }
    for (const caller of [keyOf(acme, "TEAM_TRAINING_READ"), keyOf(other, "TRAINING_READ"), ANONYMOUS])
      expect([...(await source.find(caller, ids)).keys()]).toEqual([]);
  });

  test("names need USERS_READ, except the caller's own", async () => {
    const document = `query ($org: ID!) { results(organizationId: $org) { nodes { user { firstName } } } }`;
    expect((await house.ask(keyOf(acme, "TRAINING_READ"), document, { org: acme })).codes[0]).toBe("FORBIDDEN");
    const own = await house.ask(personIn(acme, people.eve, []), document, { org: acme });
    expect(own.data.results.nodes).toEqual([{ user: { firstName: "eve" } }]);
  });
});

describe("figures of a group", () => {
  const FIGURES = `query ($id: ID!, $from: TimeBound, $to: TimeBound) { groupResults(groupId: $id, from: $from, to: $to) {
    groupId minimumPeople withheld
    courses { course { title } withheld people results averagePercent passRate passed failed } } }`;
  let org: string;
  let groupId: string;
  let members: string[];
  const add = async (member: string | undefined, given: Given = {}, at = "2026-10-04T00:00:00Z") =>
    await complete(member ?? "", at, { organizationId: org, ...given });
  const read = async (variables: object = {}, caller: Caller = OPERATOR) => {
    const { data, codes } = await house.ask(caller, FIGURES, { id: groupId, ...variables });
    return codes.length > 0 ? codes : data.groupResults;
  };

  beforeAll(async () => {
    org = (await makeOrganization(house)).id;
    groupId = (await createGroup(house.store, OPERATOR, { organizationId: org, name: "Group" })).id;
    members = [];
    for (let number = 0; number < 6; number += 1)
      members.push((await makeUser(house, org, { email: `member${number}@example.com` })).id);
    const now = new Date();
    await insert(
      "group_member",
      "group_id user_id source_kind source_id created_at",
      [...members, ...members].map((user, index) => [groupId, user, index < 6 ? "ADMIN" : "MAPPING", "", now]),
    );
    const outsider = (await makeUser(house, org, { email: "outsider@example.com" })).id;
    // Fire: six people, one of them twice. Five have a percent, and five have passed or failed.
    for (const [index, member] of members.entries())
      await add(member, {
        percent: index === 5 ? null : (index + 1) * 10,
        passed: index === 0 ? null : index > 2,
      });
    await add(members[1], { percent: 100, passed: true });
    // Data: four people, many results.
    for (const member of [...members.slice(0, 4), ...members.slice(0, 4)])
      await add(member, { courseId: courses.data });
    await add(outsider, { percent: 0, passed: false });
    await add(outsider, { courseId: courses.data });
    // A result of the same person in a different organization.
    await complete(members[0]!, "2026-10-04T00:00:00Z", { organizationId: acme, percent: 0 });
  });

  const WITHHELD = {
    withheld: true,
    people: null,
    results: null,
    averagePercent: null,
    passRate: null,
    passed: null,
    failed: null,
  };

  test("are averages, pass rates and counts of each course, and are withheld for too few people", async () => {
    const { statements, result } = await countQueries(() => read());
    expect(result).toEqual({
      groupId,
      minimumPeople: 5,
      withheld: false,
      courses: [
        { course: { title: "Data" }, ...WITHHELD },
        {
          course: { title: "Fire" },
          withheld: false,
          people: 6,
          results: 7,
          averagePercent: (10 + 20 + 30 + 40 + 50 + 100) / 6,
          passRate: (4 / 6) * 100,
          passed: 4,
          failed: 2,
        },
      ],
    });
    // Statements: the group; its organization; its members; the figures; the courses.
    expect(statements).toHaveLength(5);
  });

  test("are withheld one by one, and altogether for a group that is too small", async () => {
    await updateOrganization(house.store, OPERATOR, org, { policies: { groupResultsMinimum: 6 } });
    const { courses: lines, withheld } = await read();
    expect(withheld).toBe(false);
    // Six people completed it. Only five have a percent, and only five have passed or failed.
    expect(lines[1]).toEqual({ course: { title: "Fire" }, ...WITHHELD, withheld: false, people: 6, results: 7 });
    await updateOrganization(house.store, OPERATOR, org, { policies: { groupResultsMinimum: 7 } });
    expect(await read()).toEqual({ groupId, minimumPeople: 7, withheld: true, courses: [] });
    await updateOrganization(house.store, OPERATOR, org, { policies: { groupResultsMinimum: 4 } });
    expect((await read()).courses[0]).toMatchObject({ withheld: false, people: 4, results: 8, averagePercent: 80 });
    await updateOrganization(house.store, OPERATOR, org, { policies: { groupResultsMinimum: null } });
    expect((await read()).minimumPeople).toBe(5);
    for (const wrong of [1, 0, -5, 1001])
      await expect(
        updateOrganization(house.store, OPERATOR, org, { policies: { groupResultsMinimum: wrong } }),
      ).rejects.toMatchObject({ code: "INVALID_INPUT" });
  });

  test("follow a range of time in the organization's time zone", async () => {
    await updateOrganization(house.store, OPERATOR, org, { timeZone: "America/New_York" });
    expect((await read({ from: "2026-10-03", to: "2026-10-03" })).courses).toHaveLength(2);
    expect((await read({ from: "2026-10-04" })).courses).toEqual([]);
    expect(await read({ from: "2026-10-04", to: "2026-10-03" })).toEqual(["INVALID_INPUT"]);
  });

  test("are for callers who see all results, and for managers of the group", async () => {
    const managing = (permission: "TEAM_TRAINING_READ" | "GROUPS_READ", user = members[0]!) =>
      personIn(org, user, [permission]);
    const codes = async (caller: Caller) => {
      const answer = await read({}, caller);
      return Array.isArray(answer) ? answer : answer === null ? "NULL" : "SHOWN";
    };
    expect(await codes(managing("TEAM_TRAINING_READ"))).toEqual(["FORBIDDEN"]);
    await insert("group_manager", "group_id user_id created_at", [[groupId, members[0]!, new Date()]]);
    expect(await codes(managing("TEAM_TRAINING_READ"))).toBe("SHOWN");
    expect(await codes(managing("GROUPS_READ"))).toEqual(["FORBIDDEN"]);
    expect(await codes(managing("TEAM_TRAINING_READ", members[1]))).toEqual(["FORBIDDEN"]);
    expect(await codes(keyOf(org, "TRAINING_READ"))).toBe("SHOWN");
    expect(await codes(keyOf(org, "TEAM_TRAINING_READ"))).toEqual(["FORBIDDEN"]);
    expect(await codes(keyOf(acme, "TRAINING_READ"))).toBe("NULL");
    expect(await codes(personIn(acme, members[0]!))).toBe("NULL");
    expect(await codes(ANONYMOUS)).toEqual(["UNAUTHENTICATED"]);
    expect(await read({ id: "nothing" })).toBeNull();
    // A group of a different organization gets the same error as one that does not exist.
    for (const id of [groupId, "nothing"])
      await expect(readGroupResults(house.store, keyOf(acme, "TRAINING_READ"), { groupId: id })).rejects.toMatchObject({
        code: "NOT_FOUND",
        details: { type: "group" },
      });
  });
});

describe("figures of an organization", () => {
  const FIGURES = `query ($org: ID, $by: ResultFiguresBy, $filter: ResultFiguresFilter) {
    resultFigures(organizationId: $org, by: $by, filter: $filter) { minimumPeople
      lines { courseId course { title } month withheld people results averagePercent passRate passed failed } } }`;
  let org: string;
  let team: string;
  let answer: string;
  let members: string[];
  const read = async (variables: object = {}, caller: Caller = OPERATOR) => {
    const { data, codes } = await house.ask(caller, FIGURES, { org, ...variables });
    return codes.length > 0 ? codes : data.resultFigures.lines;
  };

  beforeAll(async () => {
    org = (await makeOrganization(house)).id;
    await updateOrganization(house.store, OPERATOR, org, { timeZone: "America/New_York" });
    team = (await createGroup(house.store, OPERATOR, { organizationId: org, name: "Team" })).id;
    members = [];
    for (let number = 0; number < 8; number += 1)
      members.push((await makeUser(house, org, { email: `figure${number}@example.com` })).id);
    const now = new Date();
    const inTeam = members.slice(0, 5);
    await insert(
      "group_member",
      "group_id user_id source_kind source_id created_at",
      inTeam.map((user) => [team, user, "ADMIN", "", now]),
    );
    await insert("group_manager", "group_id user_id created_at", [[team, members[7]!, now]]);
    const question = uuidv7();
    answer = uuidv7();
    await insert("filter", "id organization_id question question_hash position version created_at updated_at", [
      [question, org, "Shift", "s", 1, 1, now, now],
    ]);
    await insert("filter_answer", "id filter_id text position", [[answer, question, "Night", 1]]);
    await insert(
      "user_answer",
      "user_id filter_id answer_id organization_id",
      inTeam.map((user) => [user, question, answer, org]),
    );
    const add = async (member: string, at: string, given: Given) =>
      await complete(member, at, { organizationId: org, ...given });
    // Fire: all eight people in September, and three in October by New York's time. Data: four in October.
    for (const [index, member] of members.entries())
      await add(member, "2026-09-10T12:00:00Z", { percent: (index + 1) * 10, passed: index > 3 });
    for (const member of members.slice(0, 3)) await add(member, "2026-10-01T03:59:59Z", { percent: 0, passed: false });
    for (const member of members.slice(0, 3)) await add(member, "2026-10-01T04:00:00Z", { percent: 0, passed: false });
    for (const member of members.slice(3, 7)) await add(member, "2026-10-20T12:00:00Z", { courseId: courses.data });
    for (const member of members)
      await add(member, "2026-10-21T12:00:00Z", { courseId: courses.module, kind: "MODULE", percent: 100 });
  });

  const SEPTEMBER = { people: 8, results: 11, averagePercent: 360 / 11, passed: 4, failed: 7, withheld: false };

  test("cover all courses, one course, or the people who gave an answer", async () => {
    const all = { courseId: null, course: null, month: null, people: 8, results: 18, passed: 8, failed: 10 };
    expect(await read()).toMatchObject([{ ...all, averagePercent: (360 + 4 * 80) / 18 }]);
    expect(await read({ filter: { courseIds: [courses.fire] } })).toMatchObject([{ people: 8, results: 14 }]);
    expect(await read({ filter: { courseIds: [courses.module] } })).toMatchObject([
      { people: 8, results: 8, averagePercent: 100 },
    ]);
    const ofAnswer = await read({ filter: { answers: [answer], courseIds: [courses.fire], to: "2026-09-15" } });
    expect(ofAnswer).toMatchObject([{ people: 5, results: 5, averagePercent: 30, passRate: 20 }]);
    expect(await read({ filter: { groupIds: [team], answers: [answer], to: "2026-09-15" } })).toEqual(ofAnswer);
  });

  test("are grouped by course and by month in the organization's time zone, and withheld for few people", async () => {
    const byCourse = (await read({ by: "COURSE" })) as { course: { title: string } }[];
    const ofCourse = (courseId: string) =>
      byCourse.find((line) => (line as { courseId?: string }).courseId === courseId);
    expect(byCourse).toHaveLength(3);
    expect(ofCourse(courses.fire)).toMatchObject({ course: { title: "Fire" }, people: 8, results: 14 });
    const nothing = { people: null, results: null, averagePercent: null, passRate: null, passed: null, failed: null };
    expect(ofCourse(courses.data)).toMatchObject({ course: { title: "Data" }, withheld: true, ...nothing });
    const months = await read({ by: "MONTH", filter: { from: "2026-09-01" } });
    expect(months).toMatchObject([
      { month: "2026-09", ...SEPTEMBER },
      { month: "2026-10", people: 7, results: 7 },
    ]);
    expect(await read({ by: "MONTH", filter: { from: "2026-09-01", courseIds: [courses.fire] } })).toMatchObject([
      { month: "2026-09", ...SEPTEMBER },
      { month: "2026-10", withheld: true, ...nothing },
    ]);
    expect(await read({ by: "MONTH", filter: { from: "2026-11-01" } })).toEqual([]);
    expect(await read({ by: "MONTH" })).toEqual(["INVALID_INPUT"]);
    expect(await read({ by: "MONTH", filter: { from: "2001-01-01" } })).toEqual(["INVALID_INPUT"]);
    expect(await read({ filter: { from: "2026-10-04", to: "2026-10-03" } })).toEqual(["INVALID_INPUT"]);
  });

  test("cover all people, or a manager's team, by permission", async () => {
    const manager = personIn(org, members[7]!, ["TEAM_TRAINING_READ"]);
    // The five people of the team, and the manager.
    expect(await read({ filter: { to: "2026-09-15" } }, manager)).toMatchObject([{ people: 6, results: 6 }]);
    expect(await read({ filter: { to: "2026-09-15" } }, keyOf(org, "TRAINING_READ"))).toMatchObject([{ people: 8 }]);
    expect(await read({}, personIn(org, members[0]!, ["USERS_READ"]))).toEqual(["FORBIDDEN"]);
    expect(await read({}, keyOf(org, "TEAM_TRAINING_READ"))).toEqual(["FORBIDDEN"]);
    expect(await read({}, keyOf(acme, "TRAINING_READ"))).toEqual(["NOT_FOUND"]);
    expect(await read({ filter: { groupIds: [team] } }, keyOf(org, "TRAINING_READ"))).toEqual(["FORBIDDEN"]);
    expect(await read({ filter: { answers: [answers.foreign] } })).toEqual(["INVALID_INPUT"]);
    expect(await read({}, ANONYMOUS)).toEqual(["UNAUTHENTICATED"]);
  });

  test("need two queries, and a third one for courses or months", async () => {
    const count = async (variables: object) => (await countQueries(() => read(variables))).statements.length;
    expect(await count({})).toBe(2);
    expect(await count({ filter: { groupIds: [team] } })).toBe(2);
    expect(await count({ by: "COURSE" })).toBe(3);
    expect(await count({ by: "MONTH", filter: { from: "2026-09-01" } })).toBe(3);
  });
});

describe("results of a user", () => {
  const OF_USER = `query ($id: ID!, $org: ID) { user(id: $id) {
    results(organizationId: $org, first: 5) { nodes { courseId course { title } } totalCount } } }`;
  const count = async (caller: Caller, id: string, org = acme) =>
    (await house.ask(caller, OF_USER, { id, org })).data.user?.results.totalCount as number | undefined;

  test("are those that the list shows of this user", async () => {
    expect(await count(OPERATOR, people.ann)).toBe(1);
    expect(await count(OPERATOR, people.ann, other)).toBe(1);
    expect(await count(keyOf(acme, "USERS_READ", "TRAINING_READ"), people.ann)).toBe(1);
    expect(await count(keyOf(acme, "USERS_READ", "TRAINING_READ"), people.ann, other)).toBe(0);
    expect(await count(keyOf(acme, "USERS_READ"), people.ann)).toBe(0);
    const manager = personIn(acme, people.mia, ["USERS_READ", "TEAM_TRAINING_READ"]);
    expect([await count(manager, people.ann), await count(manager, people.eve)]).toEqual([1, 0]);
    expect(await count(personIn(acme, people.ann, ["USERS_READ"]), people.ann)).toBe(1);
    expect(await count(personIn(acme, people.ann, ["USERS_READ"]), people.bob)).toBe(0);
    const { data } = await house.ask(OPERATOR, OF_USER, { id: people.ann });
    expect(data.user.results.nodes).toEqual([{ courseId: courses.fire, course: { title: "Fire" } }]);
  });
});
