/**
 * Updates modules after a change of a course's result. The last missing course completes a module, once for each user.
 * Later attempts and corrections calculate the module's result again. The organization must be locked.
 */
import { v7 as uuidv7 } from "uuid";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { appendEvent } from "../../events/append-event.js";
import type { User } from "../../people/user/user.js";
import { findChildrenOf, findModulesWith } from "../course/course.repository.js";
import type { Course } from "../course/course.js";
import { childSnapshot, completion, MODULE_COMPLETED } from "./result.events.js";
import { findChildrenOfResults } from "./result.repository.js";
import type { Result } from "./result.js";
import { workOutModule, type WorkedOutModule } from "./work-out.js";
import {
  changeValues,
  findCompletedAmong,
  findModuleResultsWith,
  findResultsOfCourses,
  insertResult,
  replaceResultChildren,
  type Learner,
} from "./write-result.js";

/** Calculates the results of completed modules with this course again, and keeps their earlier values. */
export async function updateModules(
  unit: UnitOfWork,
  learner: Learner,
  courseId: string,
  reason: string | null,
): Promise<void> {
  const before = await findModuleResultsWith(unit, learner, courseId);
  const children = await findChildrenOfResults(
    unit,
    before.map(({ id }) => id),
  );
  for (const result of before) {
    // The courses are those of the completion, even if the module has other courses now.
    const courseIds = (children.get(result.id) ?? []).map((child) => child.courseId);
    const module = workOutModule(courseIds, await findResultsOfCourses(unit, learner, courseIds));
    if (module === null) continue;
    await replaceResultChildren(unit, result.id, module.children);
    await changeValues(unit, result, module.values, reason);
  }
}

/**
 * Completes the modules of which a user has now completed every course that is not archived. Returns their results.
 */
export async function completeModules(
  unit: UnitOfWork,
  organizationId: string,
  user: User,
  courseId: string,
): Promise<readonly Result[]> {
  const learner: Learner = { organizationId, userId: user.id };
  const modules = await findModulesWith(unit, organizationId, courseId);
  const moduleIds = modules.map(({ id }) => id);
  const completed = await findCompletedAmong(unit, learner, moduleIds);
  const children = await findChildrenOf(unit, moduleIds);
  const results: Result[] = [];
  for (const module of modules) {
    if (completed.has(module.id)) continue;
    const courseIds = (children.get(module.id) ?? [])
      .filter(({ archivedAt }) => archivedAt === null)
      .map(({ id }) => id);
    const workedOut = workOutModule(courseIds, await findResultsOfCourses(unit, learner, courseIds));
    if (workedOut !== null) results.push(await completeModule(unit, organizationId, user, module, workedOut));
  }
  return results;
}

async function completeModule(
  unit: UnitOfWork,
  organizationId: string,
  user: User,
  module: Course,
  { values, children }: WorkedOutModule,
): Promise<Result> {
  const result: Result = {
    ...values,
    id: uuidv7(),
    organizationId,
    userId: user.id,
    courseId: module.id,
    kind: "MODULE",
    attempt: 1,
    externalId: null,
    recordedAt: unit.now,
    version: 1,
  };
  await insertResult(unit, result);
  await replaceResultChildren(unit, result.id, children);
  await appendEvent(unit, {
    organizationId,
    type: MODULE_COMPLETED,
    subject: { id: result.id, version: result.version },
    data: { ...completion(result, module, user), children: children.map(childSnapshot) },
  });
  return result;
}
