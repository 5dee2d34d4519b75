/** What single look-ups of one request are gathered into. Whoever loads has made sure that the caller may see it. */
import type { RequestContext } from "../access/request-context.js";
import type { Store } from "../access/store.js";
import type { Group } from "../people/group/group.js";
import { byMember, readMemberKey } from "../people/loaders.js";
import type { Organization } from "../people/organization/organization.js";
import { findOrganizations } from "../people/organization/organization.repository.js";
import { defineListLoader, defineLoader } from "../platform/graphql/loaders.js";
import { findCoursesOfGroups, findCoursesOfMembers, findGroupsOfCourses } from "./course/assignment.repository.js";
import { findChildrenOf, findCourses } from "./course/course.repository.js";
import type { Course } from "./course/course.js";
import type { Result, ResultCorrection } from "./result/result.js";
import { findChildrenOfResults, findCorrectionsOfResults } from "./result/result.repository.js";

/** Declares the loaders of this room over a store. */
export function createTrainingLoaders({ reader }: Store) {
  return {
    /** Organizations by id. */
    organization: defineLoader<RequestContext, Organization>(
      async (ids) =>
        new Map((await findOrganizations(reader, ids)).map((organization) => [organization.id, organization])),
    ),
    /** The courses of a module by its id, in their order. */
    childrenOfModule: defineListLoader<RequestContext, Course>((ids) => findChildrenOf(reader, ids)),
    /** The groups of one organization that a course is assigned to by `memberKey` of organization and course, by name. */
    groupsOfCourse: defineListLoader<RequestContext, Group>(
      byMember(
        (...of) => findGroupsOfCourses(reader, ...of),
        ({ organizationId }) => organizationId,
      ),
    ),
    /** The courses that are assigned to a group by its id, by title. */
    coursesOfGroup: defineListLoader<RequestContext, Course>((ids) => findCoursesOfGroups(reader, ids)),
    /** The courses that are assigned to the groups of a user in an organization by `memberKey`, by title. */
    coursesOfMember: defineListLoader<RequestContext, Course>((keys) =>
      findCoursesOfMembers(reader, keys.map(readMemberKey)),
    ),
    /** Courses by id, whichever organization they belong to. */
    course: defineLoader<RequestContext, Course>((ids) => findCourses(reader, null, ids)),
    /** The courses' results of which a module's is made, by its id, in the module's order. */
    childrenOfResult: defineListLoader<RequestContext, Result>((ids) => findChildrenOfResults(reader, ids)),
    /** What was changed of a result by its id, the first change first. */
    correctionsOfResult: defineListLoader<RequestContext, ResultCorrection>((ids) =>
      findCorrectionsOfResults(reader, ids),
    ),
  };
}

export type TrainingLoaders = ReturnType<typeof createTrainingLoaders>;
