/** Fills the organization of the demonstration: prepared accounts, groups, courses with results, and mappings. */
import type { Ask } from "./ask.js";

/** Accounts that are prepared for the first sign-in. They include the people of the first stand-in provider. */
const PEOPLE = [
  ["ada@acme.example", "Ada", "Lovelace"],
  ["grace@acme.example", "Grace", "Hopper"],
  ["alan@acme.example", "Alan", "Turing"],
  ["zoe@acme.example", "Zoë", "Müller"],
  ["sean@acme.example", "Seán", "O'Neil"],
] as const;

/** Person, course, and points out of a hundred. */
const RESULTS = [
  ["Ada", "Fire safety", 95],
  ["Ada", "Data protection", 88],
  ["Grace", "Data protection", 100],
  ["Alan", "Fire safety", 55],
  ["Zoë", "Data protection", 72],
] as const;

interface Made {
  readonly id: string;
}

export async function fillOrganization(ask: Ask, organizationId: string, connectionId: string): Promise<void> {
  const users = new Map<string, string>();
  for (const [email, firstName, lastName] of PEOPLE) {
    const { createUser } = await ask<{ createUser: { user: Made } }>(
      `mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } } }`,
      { input: { organizationId, email, firstName, lastName } },
    );
    users.set(firstName, createUser.user.id);
  }
  const idsOf = (...names: string[]) => names.map((name) => users.get(name));
  const engineering = await makeGroup(ask, organizationId, "Engineering", idsOf("Ada", "Grace"));
  const research = await makeGroup(ask, organizationId, "Research", idsOf("Alan", "Zoë", "Seán"));
  await addCourses(ask, organizationId, users, [engineering, research]);
  await setMappings(ask, connectionId, engineering);
}

async function makeGroup(ask: Ask, organizationId: string, name: string, userIds: readonly unknown[]): Promise<string> {
  const { createGroup } = await ask<{ createGroup: { group: Made } }>(
    `mutation ($input: CreateGroupInput!) { createGroup(input: $input) { group { id } } }`,
    { input: { organizationId, name } },
  );
  await ask(`mutation ($input: AddUsersToGroupInput!) { addUsersToGroup(input: $input) { group { id } } }`, {
    input: { groupId: createGroup.group.id, userIds },
  });
  return createGroup.group.id;
}

/** Makes two courses and a module of both, assigns the module to the groups, and records results. */
async function addCourses(
  ask: Ask,
  organizationId: string,
  users: ReadonlyMap<string, string>,
  groupIds: readonly string[],
): Promise<void> {
  const makeCourse = async (input: object) => {
    const { createCourse } = await ask<{ createCourse: { course: Made } }>(
      `mutation ($input: CreateCourseInput!) { createCourse(input: $input) { course { id } } }`,
      { input: { organizationId, ...input } },
    );
    return createCourse.course.id;
  };
  const courses = new Map<string, string>();
  for (const title of ["Fire safety", "Data protection"]) courses.set(title, await makeCourse({ title, passRate: 70 }));
  const moduleId = await makeCourse({ title: "The first week", kind: "MODULE" });
  await ask(`mutation ($input: SetModuleCoursesInput!) { setModuleCourses(input: $input) { course { id } } }`, {
    input: { moduleId, courseIds: [...courses.values()] },
  });
  for (const groupId of groupIds)
    await ask(
      `mutation ($input: AssignCoursesToGroupInput!) { assignCoursesToGroup(input: $input) { group { id } } }`,
      {
        input: { groupId, courseIds: [moduleId] },
      },
    );
  for (const [name, title, score] of RESULTS)
    await ask(`mutation ($input: RecordResultInput!) { recordResult(input: $input) { recorded } }`, {
      input: { organizationId, userId: users.get(name), courseId: courses.get(title), score, maximum: 100 },
    });
}

/** Maps groups of the provider to the role of an administrator and to a group. */
async function setMappings(ask: Ask, connectionId: string, engineering: string): Promise<void> {
  const ofGroup = (value: string) => ({ claim: "groups", operator: "EQUALS", value });
  await ask(`mutation ($input: SetRoleMappingsInput!) { setRoleMappings(input: $input) { connection { id } } }`, {
    input: { connectionId, mappings: [{ ...ofGroup("Administrators"), roleKey: "ADMIN" }] },
  });
  await ask(`mutation ($input: SetGroupMappingsInput!) { setGroupMappings(input: $input) { connection { id } } }`, {
    input: { connectionId, mappings: [{ ...ofGroup("Engineering"), groupId: engineering }] },
  });
}
