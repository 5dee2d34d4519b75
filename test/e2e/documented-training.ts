/** The documented operations about training, in the organization of `documented-operations.test.ts`. */
import { expect } from "@jest/globals";
import type { World } from "./documented-people.js";

type Ids = readonly { readonly id: string }[];

async function teaches({ usher, browser, organizationId, ask, documentOf }: World): Promise<void> {
  const make = async (input: object): Promise<string> =>
    (await ask("CreateCourse", { input: { organizationId, ...input } })).createCourse.course.id;
  const fire = await make({ title: "Fire safety", externalId: "LMS-4711", passRate: 80 });
  const data = await make({ title: "Data protection" });
  const moduleId = await make({ title: "First week", kind: "MODULE" });
  const children = { moduleId, courseIds: [fire, data] };
  expect((await ask("SetModuleCourses", { input: children })).setModuleCourses.course.children).toHaveLength(2);
  const changed = await ask("UpdateCourse", { input: { id: data, expectedVersion: 1, title: "Privacy" } });
  expect(changed.updateCourse.course).toEqual({ id: data, version: 2, title: "Privacy" });

  const my = async () => {
    const answer = await browser.send("POST", `${usher.url}/graphql`, {
      type: "application/json",
      text: JSON.stringify({ query: documentOf("MyCourses"), variables: { organizationId } }),
    });
    return JSON.parse(answer.text).data.viewer.user as { readonly id: string; readonly courses: Ids };
  };
  const { id: userId } = await my();
  const { group } = (await ask("CreateGroup", { input: { organizationId, name: "New people" } })).createGroup;
  await ask("AddUsersToGroup", { input: { groupId: group.id, userIds: [userId] } });
  const assignment = { groupId: group.id, courseIds: [moduleId, "nowhere"] };
  expect((await ask("AssignCoursesToGroup", { input: assignment })).assignCoursesToGroup.results).toMatchObject([
    { courseId: moduleId, ok: true },
    { ok: false, code: "NOT_FOUND" },
  ]);
  expect((await my()).courses).toMatchObject([{ id: moduleId, children: [{ id: fire }, { id: data }] }]);
  const listed = await ask("Courses", { organizationId, filter: { externalIds: ["LMS-4711"] } });
  expect(listed.courses.nodes).toMatchObject([{ id: fire, passRate: 80 }]);
  expect((await ask("Course", { id: moduleId, organizationId })).course).toMatchObject({ groups: [{ id: group.id }] });

  const managers = { groupId: group.id, userIds: [userId] };
  expect((await ask("SetGroupManagers", { input: managers })).setGroupManagers.group.managers).toMatchObject([
    { id: userId },
  ]);

  const started = await ask("StartTraining", { input: { organizationId, userId, courseId: fire, moduleId } });
  expect(started.startTraining).toMatchObject({ start: { attempt: 1 }, seat: null });
  const completed = { organizationId, userId, courseId: fire, externalId: "run-1", score: 7, maximum: 10 };
  const openOf = async (step: string) =>
    (await ask("OpenTraining", { courseId: moduleId, step })).openTraining.nodes as readonly object[];
  expect([await openOf("BEGIN"), await openOf("COMPLETE")]).toMatchObject([[], [{ userId }]]);
  expect((await ask("TrainingStarts", { filter: { open: true } })).trainingStarts.nodes).toMatchObject([
    { userId, courseId: fire, completedAt: null },
  ]);
  const { result } = (await ask("RecordResult", { input: completed })).recordResult;
  expect(result).toMatchObject({ attempt: 1, percent: 70, passed: false });
  expect((await ask("RecordResult", { input: completed })).recordResult).toMatchObject({ result, recorded: false });
  const last = await ask("RecordResult", { input: { organizationId, userId, courseId: data, passed: true } });
  expect(last.recordResult.completedModules).toMatchObject([{ courseId: moduleId, passed: false }]);
  const correction = { id: result.id, expectedVersion: 1, score: 8, reason: "An answer was counted as wrong" };
  expect((await ask("CorrectResult", { input: correction })).correctResult.result).toMatchObject({ passed: true });

  const filter = { courseIds: [fire], groupIds: [group.id], from: "2020-01-01" };
  expect((await ask("Results", { organizationId, filter, first: 10 })).results.nodes).toMatchObject([
    { user: { id: userId }, course: { title: "Fire safety" }, percent: 80, corrections: [{ before: { percent: 70 } }] },
  ]);
  const from = new Date(Date.now() - 1000 * 60 * 60).toISOString();
  const overTime = (await ask("ResultFigures", { by: "MONTH", filter: { from, courseIds: [fire] } })).resultFigures;
  expect(overTime).toMatchObject({ minimumPeople: 5, lines: [{ withheld: true, people: null, course: null }] });
  expect((await ask("ResultsOfUser", { id: userId })).user.results.nodes).toContainEqual(
    expect.objectContaining({ id: result.id, percent: 80 }),
  );
  const figures = (await ask("GroupResults", { groupId: group.id, from: "2020-01-01" })).groupResults;
  expect(figures).toEqual({ minimumPeople: 5, withheld: true, courses: [] });
  const file = await browser.send("GET", `${usher.url}/export/results?organizationId=${organizationId}`, null, {
    headers: { "apollo-require-preflight": "true" },
  });
  expect(file.text).toMatch(/^id,userId,email,.*\r\n/);
  expect(file.text).toContain(result.id);

  const unassigned = await ask("UnassignCoursesFromGroup", { input: { ...assignment, courseIds: [moduleId] } });
  expect(unassigned.unassignCoursesFromGroup.results).toMatchObject([{ ok: true }]);
  expect((await ask("ArchiveCourse", { id: fire })).archiveCourse.course.archivedAt).not.toBeNull();
  expect((await ask("RestoreCourse", { id: fire })).restoreCourse.course.archivedAt).toBeNull();
}

export const TRAINING_OPERATIONS: readonly (readonly [string, (world: World) => Promise<void>])[] = [
  ["creates courses and a module, assigns and starts them, and records and corrects results", teaches],
];
