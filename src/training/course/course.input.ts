/** Inputs and payloads of the queries and mutations of courses. */
import { Field, Float, ID, InputType, Int, ObjectType } from "type-graphql";
import { OrderDirectionEnum, type OrderDirection } from "../../people/order-direction.js";
import { GroupType } from "../../people/group/group.type.js";
import { ErrorCode } from "../../platform/graphql/error-codes.js";
import { MOST_ASSIGNED_AT_ONCE, type AssignmentResult } from "./assignment.operations.js";
import { CourseKindEnum, CourseOrderFieldEnum, CourseType } from "./course.type.js";
import type { CourseKind, CourseOrder } from "./course.js";
import { MOST_COURSES_OF_A_MODULE, MOST_MODULES_OF_A_COURSE } from "./module.operations.js";

@InputType("CourseFilter", {
  description: "Which courses to show. A condition that is left out or empty has no effect.",
})
export class CourseFilterInput {
  @Field(() => CourseKindEnum, { nullable: true, description: "Only courses, or only modules." })
  kind?: CourseKind | null;

  @Field(() => Boolean, {
    nullable: true,
    description: "true: only archived ones. false: only those that are not archived.",
  })
  archived?: boolean | null;

  @Field(() => String, {
    nullable: true,
    description: "Words that must all occur in the title. Case, accents and apostrophes are ignored.",
  })
  search?: string | null;

  @Field(() => [ID], {
    nullable: true,
    description: "Only courses and modules that are assigned to at least one of these groups.",
  })
  groupIds?: string[] | null;

  @Field(() => [String], { nullable: true, description: "Only courses and modules with one of these external ids." })
  externalIds?: string[] | null;
}

@InputType("CourseOrder", { description: "The order of a list of courses." })
export class CourseOrderInput {
  @Field(() => CourseOrderFieldEnum, { description: "The field to order by." })
  field!: CourseOrder;

  @Field(() => OrderDirectionEnum, { nullable: true, description: "The direction; ASC if left out." })
  direction?: OrderDirection | null;
}

const EXPECTED_VERSION = {
  nullable: true,
  description: "The version that you have read. If it has changed since, the mutation answers VERSION_CONFLICT.",
};
const PASS_RATE =
  "The percent needed to pass, from 0 to 100. A result that names none of its own uses it. Not for modules.";

@InputType({ description: "A new course or module." })
export class CreateCourseInput {
  @Field(() => ID, {
    nullable: true,
    description:
      "The organization that the course belongs to; if left out, the installation's catalogue, for which you must be the operator. It never changes.",
  })
  organizationId?: string | null;

  @Field(() => CourseKindEnum, { nullable: true, description: "COURSE if left out. It never changes." })
  kind?: CourseKind | null;

  @Field(() => String, { description: "The title. At most 200 characters." })
  title!: string;

  @Field(() => String, { nullable: true, description: "The description. At most 2000 characters." })
  description?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      "The id that another program uses for it. Unique in the organization, or in the catalogue; at most 255 characters.",
  })
  externalId?: string | null;

  @Field(() => Float, { nullable: true, description: PASS_RATE })
  passRate?: number | null;
}

@InputType({ description: "Changes to a course. Fields that are left out stay." })
export class UpdateCourseInput {
  @Field(() => ID, { description: "The course to change." })
  id!: string;

  @Field(() => Int, EXPECTED_VERSION)
  expectedVersion?: number | null;

  @Field(() => String, { nullable: true, description: "The title." })
  title?: string | null;

  @Field(() => String, { nullable: true, description: "The description. null clears it." })
  description?: string | null;

  @Field(() => String, { nullable: true, description: "The id that another program uses for it. null clears it." })
  externalId?: string | null;

  @Field(() => Float, {
    nullable: true,
    description: `${PASS_RATE} null clears it. Results recorded before keep their rate.`,
  })
  passRate?: number | null;
}

@InputType({ description: "The new courses of a module. They replace the present ones." })
export class SetModuleCoursesInput {
  @Field(() => ID, { description: "The module." })
  moduleId!: string;

  @Field(() => [ID], {
    description: `Courses of the module's organization or of the catalogue, in their order; at most ${MOST_COURSES_OF_A_MODULE}. A module of the catalogue takes only courses of the catalogue. A course can be in at most ${MOST_MODULES_OF_A_COURSE} modules of the organization.`,
  })
  courseIds!: string[];

  @Field(() => Int, EXPECTED_VERSION)
  expectedVersion?: number | null;
}

const COURSE_IDS = `Courses and modules of the group's organization or of the catalogue. At most ${MOST_ASSIGNED_AT_ONCE}; for more, send several requests.`;

@InputType({ description: "Courses to assign to a group." })
export class AssignCoursesToGroupInput {
  @Field(() => ID, { description: "The group." })
  groupId!: string;

  @Field(() => [ID], { description: COURSE_IDS })
  courseIds!: string[];
}

@InputType({ description: "Courses to remove from a group." })
export class UnassignCoursesFromGroupInput {
  @Field(() => ID, { description: "The group." })
  groupId!: string;

  @Field(() => [ID], { description: COURSE_IDS })
  courseIds!: string[];
}

@ObjectType("CourseAssignmentResult", {
  description: "The outcome for one course of a request that assigns courses to a group or removes them.",
  simpleResolvers: true,
})
class AssignmentResultType implements AssignmentResult {
  @Field(() => ID, { description: "The course." })
  courseId!: string;

  @Field(() => Boolean, {
    description: "Whether the course is now assigned or removed as requested; also true if it already was.",
  })
  ok!: boolean;

  @Field(() => ErrorCode, {
    nullable: true,
    description:
      "The error code if `ok` is false: NOT_FOUND if the organization cannot see the course, COURSE_ARCHIVED if it is archived.",
  })
  code!: string | null;

  @Field(() => String, { nullable: true, description: "The error as a sentence; null if `ok` is true." })
  message!: string | null;
}

@ObjectType({ description: "What createCourse answers.", simpleResolvers: true })
export class CreateCoursePayload {
  @Field(() => CourseType, { description: "The new course." })
  course!: CourseType;
}

@ObjectType({ description: "What updateCourse answers.", simpleResolvers: true })
export class UpdateCoursePayload {
  @Field(() => CourseType, { description: "The course as it is now." })
  course!: CourseType;
}

@ObjectType({ description: "What archiveCourse answers.", simpleResolvers: true })
export class ArchiveCoursePayload {
  @Field(() => CourseType, { description: "The course as it is now." })
  course!: CourseType;
}

@ObjectType({ description: "What restoreCourse answers.", simpleResolvers: true })
export class RestoreCoursePayload {
  @Field(() => CourseType, { description: "The course as it is now." })
  course!: CourseType;
}

@ObjectType({ description: "What setModuleCourses answers.", simpleResolvers: true })
export class SetModuleCoursesPayload {
  @Field(() => CourseType, { description: "The module as it is now." })
  course!: CourseType;
}

@ObjectType({ description: "What assignCoursesToGroup answers.", simpleResolvers: true })
export class AssignCoursesToGroupPayload {
  @Field(() => GroupType, { description: "The group." })
  group!: GroupType;

  @Field(() => [AssignmentResultType], { description: "The outcome for each course, in the order of the request." })
  results!: readonly AssignmentResult[];
}

@ObjectType({ description: "What unassignCoursesFromGroup answers.", simpleResolvers: true })
export class UnassignCoursesFromGroupPayload {
  @Field(() => GroupType, { description: "The group." })
  group!: GroupType;

  @Field(() => [AssignmentResultType], { description: "The outcome for each course, in the order of the request." })
  results!: readonly AssignmentResult[];
}
