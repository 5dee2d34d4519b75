/** Courses, modules and assignments through GraphQL, on the database that the tests run on. */
import { beforeAll, describe, expect, test } from "@jest/globals";
import { v7 as uuidv7 } from "uuid";
import type { Caller } from "../../../src/access/caller.js";
import { startSweeper } from "../../../src/app/sweeper.js";
import { createGroup } from "../../../src/people/group/group.operations.js";
import { countQueries } from "../../../src/platform/database/query-count.js";
import { insertRows } from "../../../src/platform/database/statements.js";
import { createLogger } from "../../../src/platform/telemetry/logger.js";
import { rewriteTitleKeys } from "../../../src/training/course/course.repository.js";
import { MOST_MODULES_OF_A_COURSE } from "../../../src/training/course/module.operations.js";
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

const house = useHouse(openTrainingHouse);
let acme: string;
let other: string;
beforeAll(async () => {
  acme = (await makeOrganization(house)).id;
  other = (await makeOrganization(house)).id;
});

const writer = () => keyOf(acme, "TRAINING_WRITE");
const reader = () => keyOf(acme, "TRAINING_READ");
const COURSE = `course { id kind title description externalId passRate archivedAt version organization { id } }`;
const fieldsOf = ({ details }: Answer) =>
  details[0].fields.map((each: { path: string; code: string }) => [each.path, each.code]);
const makeGroup = async (organizationId: string, name: string) =>
  (await createGroup(house.store, OPERATOR, { organizationId, name })).id;

describe("a course", () => {
  test("is created, changed, archived and restored, each with an audit entry", async () => {
    const { course } = await run(
      house,
      "createCourse",
      { organizationId: acme, title: " Fire safety ", externalId: "F-1", passRate: 66.5 },
      COURSE,
      writer(),
    );
    expect(course).toEqual({
      id: expect.any(String),
      kind: "COURSE",
      title: "Fire safety",
      description: null,
      externalId: "F-1",
      passRate: 66.5,
      archivedAt: null,
      version: 1,
      organization: { id: acme },
    });
    const { id } = course;
    const change = { id, expectedVersion: 1, title: "Fire", description: "What to do", passRate: null };
    const changed = await run(house, "updateCourse", change, COURSE, writer());
    expect(changed.course).toEqual({ ...course, title: "Fire", description: "What to do", passRate: null, version: 2 });
    // The second call changes nothing.
    expect((await run(house, "updateCourse", { id, title: "Fire" }, COURSE)).course.version).toBe(2);
    const stale = await tryToRun(house, writer(), "updateCourse", change, COURSE);
    expect([stale.codes, stale.details]).toEqual([["VERSION_CONFLICT"], [{ expected: 1, actual: 2 }]]);

    const act = async (mutation: string) =>
      (
        await house.ask(writer(), `mutation ($id: ID!) { ${mutation}(id: $id) { course { archivedAt version } } }`, {
          id,
        })
      ).data[mutation].course;
    const archived = { archivedAt: "2026-11-23T09:00:00.000Z", version: 3 };
    expect(await act("archiveCourse")).toEqual(archived);
    expect(await act("archiveCourse")).toEqual(archived);
    expect(await act("restoreCourse")).toEqual({ archivedAt: null, version: 4 });
    expect(await act("restoreCourse")).toEqual({ archivedAt: null, version: 4 });

    const { data } = await house.ask(
      keyOf(acme, "AUDIT_READ"),
      `query ($org: ID!, $id: ID!) { auditLog(organizationId: $org, filter: { subjectId: $id }) {
         nodes { action before after } } }`,
      { org: acme, id },
    );
    expect(data.auditLog.nodes.map(({ action }: { action: string }) => action)).toEqual([
      "course.restored",
      "course.archived",
      "course.updated",
      "course.created",
    ]);
    expect(data.auditLog.nodes[2]).toMatchObject({ before: { title: "Fire safety" }, after: { title: "Fire" } });
  });

  test("is refused with all mistakes of the input", async () => {
    const input = { organizationId: acme, title: "  ", externalId: "x".repeat(256), passRate: 100.1 };
    const refused = await tryToRun(house, writer(), "createCourse", input, COURSE);
    expect(refused.codes).toEqual(["INVALID_INPUT"]);
    expect(fieldsOf(refused)).toEqual([
      ["title", "REQUIRED"],
      ["externalId", "INVALID"],
      ["passRate", "INVALID"],
    ]);
    const module = await tryToRun(
      house,
      writer(),
      "createCourse",
      { organizationId: acme, title: "M", kind: "MODULE", passRate: 50 },
      COURSE,
    );
    expect(fieldsOf(module)).toEqual([["passRate", "INVALID"]]);
    // A literal can be too large for a double. GraphQL refuses such a variable.
    const literal = `mutation ($id: ID!) { createCourse(input: { organizationId: $id, title: "T", passRate: 1e999 }) {
      course { id } } }`;
    expect(fieldsOf(await house.ask(writer(), literal, { id: acme }))).toEqual([["passRate", "INVALID"]]);
  });

  test("has an external id that is unique in the organization", async () => {
    const input = { organizationId: acme, title: "First", externalId: "SAME" };
    await run(house, "createCourse", input, COURSE, writer());
    const again = await tryToRun(house, writer(), "createCourse", { ...input, title: "Second" }, COURSE);
    expect([again.codes, again.details]).toEqual([["EXTERNAL_ID_TAKEN"], [{ externalId: "SAME" }]]);
    const id = await makeCourse(house, acme);
    const changed = await tryToRun(house, writer(), "updateCourse", { id, externalId: "SAME" }, COURSE);
    expect(changed.codes).toEqual(["EXTERNAL_ID_TAKEN"]);
    await run(house, "createCourse", { ...input, organizationId: other }, COURSE);
    await run(house, "createCourse", { ...input, organizationId: null }, COURSE);
    // Case matters, surrounding spaces do not.
    await run(house, "createCourse", { ...input, externalId: "same" }, COURSE);
    expect((await tryToRun(house, writer(), "createCourse", { ...input, externalId: " SAME " }, COURSE)).codes).toEqual(
      ["EXTERNAL_ID_TAKEN"],
    );
  });

  test("of the catalogue is seen by every organization and changed only by the operator", async () => {
    const id = await makeCourse(house, null, { title: "For all" });
    const read = (caller: Caller) =>
      house.ask(caller, `query ($id: ID!) { course(id: $id) { title organization { id } } }`, { id });
    for (const caller of [reader(), keyOf(other, "TEAM_TRAINING_READ"), OPERATOR])
      expect((await read(caller)).data.course).toEqual({ title: "For all", organization: null });
    const all = personIn(acme, "administrator");
    expect((await tryToRun(house, all, "updateCourse", { id, title: "Mine" }, COURSE)).codes).toEqual(["FORBIDDEN"]);
    expect((await tryToRun(house, all, "createCourse", { title: "Mine" }, COURSE)).codes).toEqual(["FORBIDDEN"]);
    for (const mutation of ["archiveCourse", "restoreCourse"])
      expect(
        (await house.ask(all, `mutation ($id: ID!) { ${mutation}(id: $id) { course { id } } }`, { id })).codes,
      ).toEqual(["FORBIDDEN"]);
    await run(house, "updateCourse", { id, title: "For everybody" }, COURSE);
    expect((await read(reader())).data.course.title).toBe("For everybody");
  });

  test("of a different organization is not found", async () => {
    const id = await makeCourse(house, other);
    const input = { moduleId: id, courseIds: [] };
    expect(await house.ask(reader(), `query ($id: ID!) { course(id: $id) { id } }`, { id })).toMatchObject({
      data: { course: null },
      codes: [],
    });
    expect((await tryToRun(house, writer(), "updateCourse", { id, title: "Mine" }, COURSE)).codes).toEqual([
      "NOT_FOUND",
    ]);
    expect((await tryToRun(house, writer(), "setModuleCourses", input, COURSE)).codes).toEqual(["NOT_FOUND"]);
    expect(
      (await tryToRun(house, writer(), "createCourse", { organizationId: other, title: "T" }, COURSE)).codes,
    ).toEqual(["NOT_FOUND"]);
  });
});

describe("a module", () => {
  const CHILDREN = "course { version children { id } }";
  const set = (moduleId: string, courseIds: readonly string[], caller = writer()) =>
    tryToRun(house, caller, "setModuleCourses", { moduleId, courseIds }, CHILDREN);
  const idsOf = ({ data }: Answer) => data.setModuleCourses.course.children.map(({ id }: { id: string }) => id);

  test("keeps courses of its organization and of the catalogue in the given order", async () => {
    const [first, second, shared] = [
      await makeCourse(house, acme),
      await makeCourse(house, acme),
      await makeCourse(house, null),
    ];
    const moduleId = await makeCourse(house, acme, { kind: "MODULE" });
    expect(idsOf(await set(moduleId, [second, shared, first]))).toEqual([second, shared, first]);
    const turned = await set(moduleId, [first, second]);
    expect([idsOf(turned), turned.data.setModuleCourses.course.version]).toEqual([[first, second], 3]);
    expect((await set(moduleId, [first, second])).data.setModuleCourses.course.version).toBe(3);
    await house.ask(writer(), `mutation ($id: ID!) { archiveCourse(id: $id) { course { id } } }`, { id: first });
    // An archived course stays in a module, but cannot be added to one.
    expect(idsOf(await set(moduleId, [first]))).toEqual([first]);
    expect(fieldsOf(await set(await makeCourse(house, acme, { kind: "MODULE" }), [first]))).toEqual([
      ["courseIds.0", "INVALID"],
    ]);
    expect(idsOf(await set(moduleId, []))).toEqual([]);
  });

  test("refuses modules, courses of other organizations, and duplicates", async () => {
    const course = await makeCourse(house, acme);
    const [module, inner] = [await makeModule(house, acme, [course]), await makeModule(house, acme, [])];
    const foreign = await makeCourse(house, other);
    expect(fieldsOf(await set(module, [course, inner, foreign, "nowhere", course, module]))).toEqual([
      ["courseIds.1", "INVALID"],
      ["courseIds.2", "UNKNOWN"],
      ["courseIds.3", "UNKNOWN"],
      ["courseIds.4", "INVALID"],
      ["courseIds.5", "INVALID"],
    ]);
    expect(fieldsOf(await set(course, []))).toEqual([["moduleId", "INVALID"]]);
    const many = Array.from({ length: 201 }, () => course);
    expect(fieldsOf(await set(module, many))).toEqual([["courseIds", "INVALID"]]);
  });

  test("refuses a course that is in too many modules already, because each result counts for all of them", async () => {
    const [course, another] = [await makeCourse(house, acme), await makeCourse(house, acme)];
    const modules = Array.from({ length: MOST_MODULES_OF_A_COURSE }, () => uuidv7());
    const now = new Date();
    await house.inUnit(async (unit) => {
      await insertRows(
        unit,
        "course",
        ["id", "organization_id", "kind", "title", "title_key", "version", "created_at", "updated_at"],
        modules.map((id) => [id, acme, "MODULE", "Crowd", "crowd", 1, now, now]),
      );
      await insertRows(
        unit,
        "module_course",
        ["module_id", "course_id", "position"],
        modules.map((id) => [id, course, 0]),
      );
    });
    const oneMore = await makeCourse(house, acme, { kind: "MODULE" });
    expect(fieldsOf(await set(oneMore, [another, course]))).toEqual([["courseIds.1", "INVALID"]]);
    // The course stays in its modules. It can be added to a further module only after it leaves one.
    expect(idsOf(await set(modules[0]!, [another, course]))).toEqual([another, course]);
    expect(idsOf(await set(modules[0]!, []))).toEqual([]);
    expect(idsOf(await set(oneMore, [another, course]))).toEqual([another, course]);
  });

  test("of the catalogue contains only courses of the catalogue", async () => {
    const [own, shared] = [await makeCourse(house, acme), await makeCourse(house, null)];
    const module = await makeCourse(house, null, { kind: "MODULE" });
    expect((await set(module, [shared])).codes).toEqual(["FORBIDDEN"]);
    expect(fieldsOf(await set(module, [shared, own], OPERATOR))).toEqual([["courseIds.1", "UNKNOWN"]]);
    expect(idsOf(await set(module, [shared], OPERATOR))).toEqual([shared]);
  });
});

describe("courses of groups", () => {
  const RESULTS = "group { id courses { id } } results { courseId ok code }";

  test("are assigned and unassigned with a result for each, and shown to members of the group", async () => {
    const groupId = await makeGroup(acme, "Crew");
    const { id: userId } = await makeUser(house, acme, { email: "crew@example.com" });
    await house.ask(
      OPERATOR,
      `mutation ($input: AddUsersToGroupInput!) { addUsersToGroup(input: $input) { group { id } } }`,
      { input: { groupId, userIds: [userId] } },
    );
    const [own, shared, archived, foreign] = [
      await makeCourse(house, acme, { title: "B" }),
      await makeCourse(house, null, { title: "a" }),
      await makeCourse(house, acme),
      await makeCourse(house, other),
    ];
    await house.ask(OPERATOR, `mutation ($id: ID!) { archiveCourse(id: $id) { course { id } } }`, { id: archived });
    const trainer = keyOf(acme, "TRAINING_WRITE", "TRAINING_READ");
    const courseIds = [own, shared, archived, foreign, own];
    const assign = async () => await run(house, "assignCoursesToGroup", { groupId, courseIds }, RESULTS, trainer);
    const assigned = {
      group: { id: groupId, courses: [{ id: shared }, { id: own }] },
      results: [
        { courseId: own, ok: true, code: null },
        { courseId: shared, ok: true, code: null },
        { courseId: archived, ok: false, code: "COURSE_ARCHIVED" },
        { courseId: foreign, ok: false, code: "NOT_FOUND" },
        { courseId: own, ok: true, code: null },
      ],
    };
    expect(await assign()).toEqual(assigned);
    expect(await assign()).toEqual(assigned);
    const audited = await house.database.reader.rows<{ after_value: string }>(
      "SELECT after_value FROM audit_entry WHERE subject_id = ? AND action = 'group.courses_assigned'",
      [groupId],
    );
    expect(audited.map(({ after_value }) => JSON.parse(after_value).courseIds.toSorted())).toEqual([
      [own, shared].toSorted(),
    ]);

    const MINE = `{ viewer { user { courses { id groups { id } } } } }`;
    const mine = await house.ask(personIn(acme, userId, ["GROUPS_READ"]), MINE);
    expect(mine.data.viewer.user.courses).toEqual([
      { id: shared, groups: [{ id: groupId }] },
      { id: own, groups: [{ id: groupId }] },
    ]);
    expect((await house.ask(personIn(acme, userId, []), MINE)).data.viewer.user.courses).toEqual([
      { id: shared, groups: [] },
      { id: own, groups: [] },
    ]);
    const another = `query ($id: ID!) { user(id: $id) { courses { id } } }`;
    const somebody = personIn(acme, "somebody", ["USERS_READ"]);
    expect((await house.ask(somebody, another, { id: userId })).data.user.courses).toEqual([]);
    const team = personIn(acme, "manager", ["USERS_READ", "TEAM_TRAINING_READ"]);
    expect((await house.ask(team, another, { id: userId })).data.user.courses).toHaveLength(2);

    // Groups of a different organization with the same course are not shown.
    const elsewhere = await makeGroup(other, "Elsewhere");
    await run(house, "assignCoursesToGroup", { groupId: elsewhere, courseIds: [shared] }, RESULTS);
    const { data } = await house.ask(
      keyOf(acme, "TRAINING_READ", "GROUPS_READ"),
      `query ($id: ID!) { course(id: $id) { groups { name } } }`,
      { id: shared },
    );
    expect(data.course.groups).toEqual([{ name: "Crew" }]);
    const both = await house.ask(
      OPERATOR,
      `query ($id: ID!, $here: ID, $there: ID) { course(id: $id) { groups { name }
         here: groups(organizationId: $here) { name } there: groups(organizationId: $there) { name } } }`,
      { id: shared, here: acme, there: other },
    );
    expect(both.data.course).toEqual({ groups: [], here: [{ name: "Crew" }], there: [{ name: "Elsewhere" }] });

    const taken = await run(
      house,
      "unassignCoursesFromGroup",
      { groupId, courseIds: [own, archived, foreign] },
      RESULTS,
      trainer,
    );
    expect(taken).toEqual({
      group: { id: groupId, courses: [{ id: shared }] },
      results: [
        { courseId: own, ok: true, code: null },
        { courseId: archived, ok: true, code: null },
        { courseId: foreign, ok: false, code: "NOT_FOUND" },
      ],
    });
    await house.ask(OPERATOR, `mutation ($id: ID!) { archiveCourse(id: $id) { course { id } } }`, { id: shared });
    expect((await house.ask(team, another, { id: userId })).data.user.courses).toEqual([]);
  });

  test("are changed only in groups of the caller's organization, and up to a number per request", async () => {
    const groupId = await makeGroup(other, "Foreign");
    const courseIds = [await makeCourse(house, acme)];
    for (const mutation of ["assignCoursesToGroup", "unassignCoursesFromGroup"]) {
      expect((await tryToRun(house, writer(), mutation, { groupId, courseIds }, RESULTS)).codes).toEqual(["NOT_FOUND"]);
      const many = { groupId, courseIds: Array.from({ length: 201 }, () => "x") };
      expect(fieldsOf(await tryToRun(house, OPERATOR, mutation, many, RESULTS))).toEqual([["courseIds", "INVALID"]]);
    }
  });
});

test("title keys that an earlier version stored are rewritten", async () => {
  const id = await makeCourse(house, acme, { title: "Über Maß" });
  const keyOfCourse = async () =>
    (await house.store.reader.row<{ title_key: string }>("SELECT title_key FROM course WHERE id = ?", [id]))?.title_key;
  expect(await keyOfCourse()).toBe("uber mass");
  await house.inUnit(async (unit) => {
    await unit.execute("UPDATE course SET title_key = 'über maß' WHERE id = ?", [id]);
    for (let after: string | null = ""; after !== null;) after = await rewriteTitleKeys(unit, after, 2);
  });
  expect(await keyOfCourse()).toBe("uber mass");
});

test("an installation rewrites the search keys of people, groups and courses when it starts", async () => {
  const groupId = (await createGroup(house.store, OPERATOR, { organizationId: acme, name: "Bücher" })).id;
  const userId = (await makeUser(house, acme, { email: "zoe@acme.example", firstName: "Zoë" })).id;
  const courseId = await makeCourse(house, acme, { title: "Öl" });
  await house.inUnit(async (unit) => {
    await unit.execute("UPDATE membership_term SET term = 'zoë' WHERE term = 'zoe' AND user_id = ?", [userId]);
    await unit.execute("UPDATE user_group SET name_key = 'bücher' WHERE id = ?", [groupId]);
    await unit.execute("UPDATE course SET title_key = 'öl' WHERE id = ?", [courseId]);
  });
  const read = async () => [
    await countRows(house, `membership_term WHERE term = 'zoe' AND user_id = '${userId}'`),
    await countRows(house, `user_group WHERE name_key = 'bucher' AND id = '${groupId}'`),
    await countRows(house, `course WHERE title_key = 'ol' AND id = '${courseId}'`),
  ];
  expect(await read()).toEqual([0, 0, 0]);
  const stop = startSweeper(house.store, () => house.clock.now, createLogger({ level: "silent" }), 180);
  // Courses come last.
  while ((await read())[2] === 0) await new Promise((resolve) => setImmediate(resolve));
  await stop();
  expect(await read()).toEqual([1, 1, 1]);
});

describe("the list of courses", () => {
  const LIST = `query ($org: ID, $filter: CourseFilter, $orderBy: CourseOrder, $first: Int, $after: String) {
    courses(organizationId: $org, filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
      nodes { id title children { id } groups { id } organization { id } } totalCount pageInfo { hasNextPage endCursor } } }`;
  let org: string;
  let group: string;
  beforeAll(async () => {
    org = (await makeOrganization(house)).id;
    group = await makeGroup(org, "Listed");
    const ids: string[] = [];
    for (const title of ["beta", "Alpha", "Ünits", "gamma_x", "Gamma 100%"])
      ids.push(await makeCourse(house, org, { title, externalId: title }));
    await run(house, "updateCourse", { id: await makeModule(house, org, ids), title: "A module" }, "course { id }");
    await run(house, "assignCoursesToGroup", { groupId: group, courseIds: ids.slice(0, 2) }, "group { id }");
    await house.ask(OPERATOR, `mutation ($id: ID!) { archiveCourse(id: $id) { course { id } } }`, { id: ids[0] });
  });

  async function list(variables: Record<string, unknown> = {}) {
    const caller = keyOf(org, "TEAM_TRAINING_READ", "GROUPS_READ");
    const { data, codes } = await house.ask(caller, LIST, { org, ...variables });
    expect(codes).toEqual([]);
    return { ...data.courses, titles: data.courses.nodes.map(({ title }: { title: string }) => title) };
  }
  /** Titles without those of the catalogue, to which other tests add courses. */
  const own = async (filter: object) =>
    (await list({ filter, first: 200 })).nodes
      .filter((node: { organization: object | null }) => node.organization !== null)
      .map(({ title }: { title: string }) => title);

  test.each([
    [{ kind: "MODULE" }, ["A module"]],
    [{ archived: true }, ["beta"]],
    [{ archived: false, kind: "COURSE" }, ["Alpha", "Gamma 100%", "gamma_x", "Ünits"]],
    [{ search: "GAMMA _" }, ["gamma_x"]],
    [{ search: "100%" }, ["Gamma 100%"]],
    [{ search: "%" }, ["Gamma 100%"]],
    [{ search: "ÜNITS" }, ["Ünits"]],
    [{ search: "units, ni" }, ["Ünits"]],
    [{ externalIds: ["Alpha", "gamma_x", "nowhere"] }, ["Alpha", "gamma_x"]],
    [{ groupIds: [], externalIds: [] }, ["A module", "Alpha", "beta", "Gamma 100%", "gamma_x", "Ünits"]],
  ])("filters by %j", async (filter, expected) => {
    expect(await own(filter)).toEqual(expected);
  });

  test("filters by groups, and pages", async () => {
    const first = await list({ filter: { groupIds: [group] }, first: 1 });
    expect([first.titles, first.totalCount, first.pageInfo.hasNextPage]).toEqual([["Alpha"], 2, true]);
    const second = await list({ filter: { groupIds: [group] }, first: 1, after: first.pageInfo.endCursor });
    expect([second.titles, second.pageInfo.hasNextPage]).toEqual([["beta"], false]);
    const made = await list({ filter: { groupIds: [group] }, orderBy: { field: "CREATED_AT", direction: "DESC" } });
    expect(made.titles).toEqual(["Alpha", "beta"]);
  });

  test("shows an organization its own courses and the catalogue, and the operator the catalogue", async () => {
    const shared = await makeCourse(house, null, { title: "In the catalogue" });
    const foreign = await makeCourse(house, other, { title: "In the other" });
    const ids = (await list({ first: 200 })).nodes.map(({ id }: { id: string }) => id);
    expect([ids.includes(shared), ids.includes(foreign)]).toEqual([true, false]);
    const catalogue = await house.ask(OPERATOR, LIST, { first: 200 });
    const nodes: { id: string; organization: object | null }[] = catalogue.data.courses.nodes;
    expect(nodes.map(({ id }) => id)).toContain(shared);
    expect(nodes.filter(({ organization }) => organization !== null)).toEqual([]);
    // Without an organization, callers get the list of their own organization.
    const { data } = await house.ask(personIn(org, "administrator"), LIST, { first: 200 });
    expect(data.courses.nodes.map(({ id }: { id: string }) => id)).toEqual(ids);
    expect((await house.ask(personIn(org, "plain", ["USERS_READ"]), LIST, { org })).codes).toEqual(["FORBIDDEN"]);
    expect((await house.ask(reader(), LIST, { org })).codes).toEqual(["NOT_FOUND"]);
  });

  test("needs as many queries for many courses as for few", async () => {
    const of = async (first: number) => (await countQueries(() => list({ first }))).statements.length;
    expect(await of(20)).toBe(await of(3));
    expect(await of(20)).toBeLessThanOrEqual(5);
  });
});

test("deleting an organization deletes its courses", async () => {
  const { id, slug } = await makeOrganization(house);
  await makeModule(house, id, [await makeCourse(house, id)]);
  const before = await countRows(house, "course");
  const { data } = await house.ask(
    OPERATOR,
    `mutation ($input: DeleteOrganizationInput!) { deleteOrganization(input: $input) { parts { name count } } }`,
    { input: { id, confirmSlug: slug } },
  );
  expect(data.deleteOrganization.parts).toContainEqual({ name: "courses", count: 2 });
  expect(await countRows(house, "course")).toBe(before - 2);
});
