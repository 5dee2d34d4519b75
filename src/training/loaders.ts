/** The loaders of training: each reads the data of all items of a page in one query. Resolvers check permissions first. */
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

export function createTrainingLoaders({ reader }: Store) {
  return {
    /** Organizations by id. */
    organization: defineLoader<RequestContext, Organization>(
      async (ids) =>
        new Map((await findOrganizations(reader, ids)).map((organization) => [organization.id, organization])),
    ),
    /** The courses of a module in their order, by the module's id. */
    childrenOfModule: defineListLoader<RequestContext, Course>((ids) => findChildrenOf(reader, ids)),
    /** An organization's groups that a course is assigned to, by name; the key is `memberKey` of organization and course. */
    groupsOfCourse: defineListLoader<RequestContext, Group>(
      byMember(
        (...of) => findGroupsOfCourses(reader, ...of),
        ({ organizationId }) => organizationId,
      ),
    ),
    /** The courses that are assigned to a group, by title; the key is the group's id. */
    coursesOfGroup: defineListLoader<RequestContext, Course>((ids) => findCoursesOfGroups(reader, ids)),
    /** The courses that are assigned to a user's groups in an organization, by title; the key is `memberKey`. */
    coursesOfMember: defineListLoader<RequestContext, Course>((keys) =>
      findCoursesOfMembers(reader, keys.map(readMemberKey)),
    ),
    /** Courses of all organizations by id. */
    course: defineLoader<RequestContext, Course>((ids) => findCourses(reader, null, ids)),
    /** The courses' results behind a module's result, in the module's order, by the id of the module's result. */
    childrenOfResult: defineListLoader<RequestContext, Result>((ids) => findChildrenOfResults(reader, ids)),
    /** The corrections of a result, the oldest first, by the result's id. */
    correctionsOfResult: defineListLoader<RequestContext, ResultCorrection>((ids) =>
      findCorrectionsOfResults(reader, ids),
    ),
  };
}

export type TrainingLoaders = ReturnType<typeof createTrainingLoaders>;
