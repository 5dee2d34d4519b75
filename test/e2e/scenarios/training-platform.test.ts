/**
 * A training platform, made by settings only. Connections merge accounts or not. Roles are sticky, and the highest wins. Groups
 * of the provider decide group memberships unless the account was merged. Names are required.
 */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { makePerson } from "../../support/tenant.js";
import {
  signIn,
  askAs,
  codeFor,
  createGroup,
  createUser,
  mapGroups,
  mapRoles,
  openScene,
  switchLinking,
  tryToSignIn,
  type Scene,
} from "./scene.js";

describe("a training platform", () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await openScene();
  });
  afterAll(() => scene.close());

  it("gives people their own accounts while merging is off, merges them while it is on, and separates them again", async () => {
    const tenant = await scene.tenant({ policies: { accountLinking: "NONE" } });
    const local = await createUser(tenant, { email: "ada@acme.test", authMethod: "PASSWORD" });
    const own = (await signIn(scene, tenant, makePerson("ada"))).user.id;
    expect(own).not.toBe(local);

    await switchLinking(scene, tenant, "MERGE_BY_EMAIL");
    expect((await signIn(scene, tenant, makePerson("ada"))).user.id).toBe(local);

    expect(await switchLinking(scene, tenant, "NONE")).toBe(1);
    expect((await signIn(scene, tenant, makePerson("ada"))).user.id).toBe(own);

    expect(await switchLinking(scene, tenant, "MERGE_BY_EMAIL")).toBe(1);
    expect((await signIn(scene, tenant, makePerson("ada"))).user.id).toBe(local);
    const types = (await tenant.events()).map(({ type }) => type);
    expect(types.filter((type) => type === "user.merged")).toHaveLength(1);
    expect(types.filter((type) => type === "user.created")).toHaveLength(2);
  });

  it("saves the highest role that matches, and keeps it when no rule matches any more", async () => {
    const tenant = await scene.tenant();
    await mapRoles(tenant, { Managers: "MANAGER", Administrators: "ADMIN" });
    const rolesOf = async (groups: readonly string[] | undefined) =>
      (await signIn(scene, tenant, makePerson("ben", { groups }))).user.roles.map(({ key }) => key);
    expect(await rolesOf([])).toEqual(["USER"]);
    expect(await rolesOf(["Managers", "Administrators"])).toEqual(["ADMIN"]);
    expect(await rolesOf(["Somebody"])).toEqual(["ADMIN"]);
    expect(await rolesOf(undefined)).toEqual(["ADMIN"]);
    expect(await rolesOf(["Managers"])).toEqual(["MANAGER"]);
  });

  it("removes memberships that no longer match, but not from a merged account", async () => {
    const tenant = await scene.tenant({ policies: { accountLinking: "MERGE_BY_EMAIL" } });
    await mapGroups(tenant, { Sales: await createGroup(tenant, "Sales"), Berlin: await createGroup(tenant, "Berlin") });
    await createUser(tenant, { email: "merged@acme.test", authMethod: "PASSWORD" });
    const groupsOf = async (word: string, groups: readonly string[] | undefined) =>
      (await signIn(scene, tenant, makePerson(word, { groups }))).user.groups.map(({ name }) => name).toSorted();
    for (const word of ["single", "merged"])
      expect(await groupsOf(word, ["Sales", "Berlin"])).toEqual(["Berlin", "Sales"]);
    for (const word of ["single", "merged"]) expect(await groupsOf(word, undefined)).toEqual(["Berlin", "Sales"]);
    expect(await groupsOf("single", ["Berlin"])).toEqual(["Berlin"]);
    expect(await groupsOf("merged", ["Berlin"])).toEqual(["Berlin", "Sales"]);
  });

  it("requires both names", async () => {
    const tenant = await scene.tenant();
    expect(await tryToSignIn(tenant, makePerson("cid", { family_name: undefined }))).toBe("NAME_MISSING");
    expect(await tenant.users()).toEqual([]);
  });

  it("signs people in without a seat, but refuses new ones under DENY_PROVISIONING when the seats are full", async () => {
    const full = { policies: { seatModel: "TRAINING_START", seatsFull: "DENY_PROVISIONING" }, totalSeats: 0 };
    const tenant = await scene.tenant({ organization: full });
    expect(await tryToSignIn(tenant, makePerson("dan"))).toBe("SEATS_FULL");
    await tenant.updateOrganization({ policies: { seatsFull: "BLOCK_TRAINING" } });
    expect(await tryToSignIn(tenant, makePerson("dan"))).toBeNull();
  });

  it("takes a seat at a person's first start of training, and refuses a start without a seat", async () => {
    const plan = { policies: { seatModel: "TRAINING_START", seatsFull: "BLOCK_TRAINING" }, totalSeats: 1 };
    const tenant = await scene.tenant({ organization: plan });
    const { organizationId } = tenant;
    const { createCourse } = await tenant.ask(
      `mutation ($input: CreateCourseInput!) { createCourse(input: $input) { course { id } } }`,
      { input: { organizationId, title: "Fire safety" } },
    );
    const courseId: string = createCourse.course.id;
    const [eva, fay] = [await signIn(scene, tenant, makePerson("eva")), await signIn(scene, tenant, makePerson("fay"))];
    const START = `mutation ($input: StartTrainingInput!) { startTraining(input: $input) {
      start { id attempt } seat { usedAt } } }`;
    const start = ({ browser, user }: typeof eva) =>
      askAs(scene, browser, START, { input: { organizationId, userId: user.id, courseId } });
    const seatsInUse = async () =>
      (await tenant.ask("query ($id: ID!) { seats(organizationId: $id) { seatsInUse } }", { id: organizationId })).seats
        .seatsInUse;
    expect(await seatsInUse()).toBe(0);
    const { startTraining: first } = await start(eva);
    expect(first).toEqual({ start: { id: expect.any(String), attempt: 1 }, seat: { usedAt: expect.any(String) } });
    expect((await start(eva)).startTraining).toEqual(first);
    expect(await seatsInUse()).toBe(1);
    expect(await codeFor(scene, fay.browser, START, { input: { organizationId, userId: fay.user.id, courseId } })).toBe(
      "SEATS_FULL",
    );
    // She also cannot start training for a person with a seat.
    expect(await codeFor(scene, fay.browser, START, { input: { organizationId, userId: eva.user.id, courseId } })).toBe(
      "FORBIDDEN",
    );
    expect((await tenant.events()).map(({ type }) => type).filter((type) => type.startsWith("seat."))).toEqual([
      "seat.assigned",
      "seat.limit_reached",
    ]);
  });

  it("shows a person results by role: their own, those of groups they manage, or all", async () => {
    const tenant = await scene.tenant();
    const { organizationId } = tenant;
    await mapRoles(tenant, { Managers: "MANAGER", Administrators: "ADMIN" });
    const groupId = await createGroup(tenant, "Sales");
    await mapGroups(tenant, { Sales: groupId });
    const signInWithGroups = (word: string, ...groups: string[]) => signIn(scene, tenant, makePerson(word, { groups }));
    const employee = await signInWithGroups("gil", "Sales");
    const outsider = await signInWithGroups("hal");
    const manager = await signInWithGroups("ida", "Managers");
    const administrator = await signInWithGroups("jim", "Administrators");
    await tenant.ask(`mutation ($input: SetGroupManagersInput!) { setGroupManagers(input: $input) { group { id } } }`, {
      input: { groupId, userIds: [manager.user.id] },
    });
    const { createCourse } = await tenant.ask(
      `mutation ($input: CreateCourseInput!) { createCourse(input: $input) { course { id } } }`,
      { input: { organizationId, title: "Fire safety", passRate: 50 } },
    );
    const courseId: string = createCourse.course.id;
    for (const { user } of [employee, outsider, manager])
      await tenant.ask(`mutation ($input: RecordResultInput!) { recordResult(input: $input) { recorded } }`, {
        input: { organizationId, userId: user.id, courseId, score: 7, maximum: 10 },
      });
    const seenBy = async ({ browser }: typeof employee, filter: object = {}) => {
      const { results } = await askAs(
        scene,
        browser,
        `query ($id: ID!, $filter: ResultFilter) {
           results(organizationId: $id, filter: $filter, orderBy: { field: COMPLETED_AT }) {
             nodes { user { id } passed } totalCount } }`,
        { id: organizationId, filter },
      );
      expect(results.totalCount).toBe(results.nodes.length);
      return results.nodes.map(({ user }: { user: { id: string } }) => user.id);
    };
    const [own, other, managed] = [employee.user.id, outsider.user.id, manager.user.id];
    expect(await seenBy(employee)).toEqual([own]);
    expect(await seenBy(employee, { userIds: [other] })).toEqual([]);
    expect(await seenBy(manager)).toEqual([own, managed]);
    expect(await seenBy(manager, { userIds: [other] })).toEqual([]);
    expect(await seenBy(manager, { groupIds: [groupId] })).toEqual([own]);
    expect(await seenBy(administrator)).toEqual([own, other, managed]);
    expect(await seenBy(administrator, { passed: false })).toEqual([]);
    const FIGURES = `query ($id: ID!) { groupResults(groupId: $id) { withheld courses { people } } }`;
    // The figures of a single person are withheld.
    const { groupResults } = await askAs(scene, manager.browser, FIGURES, { id: groupId });
    expect(groupResults).toEqual({ withheld: true, courses: [] });
    expect(await codeFor(scene, employee.browser, FIGURES, { id: groupId })).toBe("FORBIDDEN");
  });
});
