/** What the queries and mutations of courses take and answer. */
import { Field, Float, ID, InputType, Int, ObjectType } from "type-graphql";
import { OrderDirectionEnum, type OrderDirection } from "../../people/order-direction.js";
import { GroupType } from "../../people/group/group.type.js";
import { ErrorCode } from "../../platform/graphql/error-codes.js";
import { MOST_ASSIGNED_AT_ONCE, type AssignmentResult } from "./assignment.operations.js";
import { CourseKindEnum, CourseOrderFieldEnum, CourseType } from "./course.type.js";
import type { CourseKind, CourseOrder } from "./course.js";
import { MOST_COURSES_OF_A_MODULE, MOST_MODULES_OF_A_COURSE } from "./module.operations.js";

@InputType("CourseFilter", { description: "Which courses to show. What is left out or empty restricts nothing." })
export class CourseFilterInput {
  @Field(() => CourseKindEnum, { nullable: true, description: "Only courses, or only modules." })
  kind?: CourseKind | null;

  @Field(() => Boolean, { nullable: true, description: "true for archived ones only, false for all others." })
  archived?: boolean | null;

  @Field(() => String, {
    nullable: true,
    description: "Words, each of which must occur somewhere in the title. Case, accents and apostrophes do not count.",
  })
  search?: string | null;

  @Field(() => [ID], { nullable: true, description: "Only what is assigned to at least one of these groups." })
  groupIds?: string[] | null;

  @Field(() => [String], { nullable: true, description: "Only those with one of these external ids." })
  externalIds?: string[] | null;
}

@InputType("CourseOrder", { description: "The order of a list of courses." })
export class CourseOrderInput {
  @Field(() => CourseOrderFieldEnum, { description: "What to order by." })
  field!: CourseOrder;

  @Field(() => OrderDirectionEnum, { nullable: true, description: "Which way; ASC when left out." })
  direction?: OrderDirection | null;
}

const EXPECTED_VERSION = {
  nullable: true,
  description: "The version that you know. The change is refused with VERSION_CONFLICT when it is no longer that.",
};
const PASS_RATE = "What must be reached to pass, from 0 to 100: results take it that name none. Not for modules.";

@InputType({ description: "A course or module to make." })
export class CreateCourseInput {
  @Field(() => ID, {
    nullable: true,
    description:
      "The organization whose course it is. Left out by the operator: a course of the installation's catalogue. It never changes.",
  })
  organizationId?: string | null;

  @Field(() => CourseKindEnum, { nullable: true, description: "COURSE when left out. It never changes." })
  kind?: CourseKind | null;

  @Field(() => String, { description: "What people read. At most 200 characters." })
  title!: string;

  @Field(() => String, { nullable: true, description: "What it is about. At most 2000 characters." })
  description?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      "What another program knows it by. Unique in the organization, or in the catalogue; at most 255 characters.",
  })
  externalId?: string | null;

  @Field(() => Float, { nullable: true, description: PASS_RATE })
  passRate?: number | null;
}

@InputType({ description: "What to change in a course. What is left out stays." })
export class UpdateCourseInput {
  @Field(() => ID, { description: "The course to change." })
  id!: string;

  @Field(() => Int, EXPECTED_VERSION)
  expectedVersion?: number | null;

  @Field(() => String, { nullable: true, description: "What people read." })
  title?: string | null;

  @Field(() => String, { nullable: true, description: "What it is about. null clears it." })
  description?: string | null;

  @Field(() => String, { nullable: true, description: "What another program knows it by. null clears it." })
  externalId?: string | null;

  @Field(() => Float, {
    nullable: true,
    description: `${PASS_RATE} null clears it. Results that were recorded keep the rate that they have.`,
  })
  passRate?: number | null;
}

@InputType({ description: "The courses that a module is to have, in place of those that it has." })
export class SetModuleCoursesInput {
  @Field(() => ID, { description: "The module." })
  moduleId!: string;

  @Field(() => [ID], {
    description: `Courses of the module's organization or of the catalogue, in their order; at most ${MOST_COURSES_OF_A_MODULE}. A module of the catalogue has courses of the catalogue only, and a course is in at most ${MOST_MODULES_OF_A_COURSE} modules of the organization.`,
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

@InputType({ description: "Courses to take from a group." })
export class UnassignCoursesFromGroupInput {
  @Field(() => ID, { description: "The group." })
  groupId!: string;

  @Field(() => [ID], { description: COURSE_IDS })
  courseIds!: string[];
}

@ObjectType("CourseAssignmentResult", {
  description: "What became of one course that a change of a group's courses named.",
  simpleResolvers: true,
})
class AssignmentResultType implements AssignmentResult {
  @Field(() => ID, { description: "The course." })
  courseId!: string;

  @Field(() => Boolean, { description: "Whether it is now as the request says; also where it was so before." })
  ok!: boolean;

  @Field(() => ErrorCode, {
    nullable: true,
    description:
      "Why not: NOT_FOUND for what the organization does not see, COURSE_ARCHIVED for what is offered no more. null when it was done.",
  })
  code!: string | null;

  @Field(() => String, { nullable: true, description: "The same as a sentence; null when it was done." })
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

  @Field(() => [AssignmentResultType], { description: "What became of each course, in the order of the request." })
  results!: readonly AssignmentResult[];
}

@ObjectType({ description: "What unassignCoursesFromGroup answers.", simpleResolvers: true })
export class UnassignCoursesFromGroupPayload {
  @Field(() => GroupType, { description: "The group." })
  group!: GroupType;

  @Field(() => [AssignmentResultType], { description: "What became of each course, in the order of the request." })
  results!: readonly AssignmentResult[];
}
