/** The queries and mutations of courses. */
import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from "type-graphql";
import { holds } from "../../access/caller.js";
import { ownOrganizationOf } from "../../access/organization-argument.js";
import type { RequestContext } from "../../access/request-context.js";
import type { Store } from "../../access/store.js";
import { orNull } from "../../platform/errors/or-null.js";
import { GroupType } from "../../people/group/group.type.js";
import { memberKey } from "../../people/loaders.js";
import { OrganizationType } from "../../people/organization/organization.type.js";
import { PageArgs, type Page } from "../../platform/graphql/paging.js";
import type { TrainingLoaders } from "../loaders.js";
import { assignCoursesToGroup, unassignCoursesFromGroup } from "./assignment.operations.js";
import {
  ArchiveCoursePayload,
  AssignCoursesToGroupInput,
  AssignCoursesToGroupPayload,
  CourseFilterInput,
  CourseOrderInput,
  CreateCourseInput,
  CreateCoursePayload,
  RestoreCoursePayload,
  SetModuleCoursesInput,
  SetModuleCoursesPayload,
  UnassignCoursesFromGroupInput,
  UnassignCoursesFromGroupPayload,
  UpdateCourseInput,
  UpdateCoursePayload,
} from "./course.input.js";
import { archiveCourse, createCourse, readCourse, restoreCourse, updateCourse } from "./course.operations.js";
import { CoursePage, CourseType } from "./course.type.js";
import { listCourses } from "./list-courses.js";
import { setModuleCourses } from "./module.operations.js";

@Resolver(() => CourseType)
export class CourseResolver {
  constructor(
    private readonly store: Store,
    private readonly loaders: TrainingLoaders,
  ) {}

  @Query(() => CourseType, {
    nullable: true,
    description:
      "One course or module of the caller's organization or of the catalogue; the operator reads any. null for an id that is unknown or of another organization. Needs TEAM_TRAINING_READ or TRAINING_READ.",
  })
  async course(
    @Ctx() context: RequestContext,
    @Arg("id", () => ID, { description: "The course's id." }) id: string,
  ): Promise<CourseType | null> {
    return await orNull(readCourse(this.store, context.caller, id));
  }

  @Query(() => CoursePage, {
    description:
      "The courses and modules that an organization sees, its own and the catalogue's, by title if `orderBy` is left out. Needs TEAM_TRAINING_READ or TRAINING_READ.",
  })
  async courses(
    @Ctx() context: RequestContext,
    @Arg("organizationId", () => ID, {
      nullable: true,
      description:
        "The organization whose courses to show. When left out: the organization of the session or API key; for the operator, only the installation's catalogue.",
    })
    organizationId: string | null | undefined,
    @Arg("filter", () => CourseFilterInput, { nullable: true, description: "Which courses to show." })
    filter: CourseFilterInput | null | undefined,
    @Arg("orderBy", () => CourseOrderInput, { nullable: true, description: "The order." })
    orderBy: CourseOrderInput | null | undefined,
    @Args(() => PageArgs) page: PageArgs,
  ): Promise<Page<CourseType>> {
    const query = { organizationId: organizationId ?? ownOrganizationOf(context.caller), filter, orderBy, page };
    return await listCourses(this.store, context.caller, query);
  }

  @FieldResolver(() => [CourseType], {
    description: "The courses of a module in their order, including archived ones; empty for a course.",
  })
  async children(@Root() course: CourseType, @Ctx() context: RequestContext): Promise<readonly CourseType[]> {
    if (course.kind === "COURSE") return [];
    return await this.loaders.childrenOfModule(context).load(course.id);
  }

  @FieldResolver(() => [GroupType], {
    description:
      "The groups of an organization that the course is assigned to, by name. Empty without GROUPS_READ in that organization.",
  })
  async groups(
    @Root() course: CourseType,
    @Ctx() context: RequestContext,
    @Arg("organizationId", () => ID, {
      nullable: true,
      description:
        "The organization whose groups to show. When left out: the course's organization; for a course of the catalogue, the caller's. For a course of the catalogue the operator must name one, or the list is empty.",
    })
    organizationId: string | null | undefined,
  ): Promise<readonly GroupType[]> {
    const asked = organizationId ?? course.organizationId ?? ownOrganizationOf(context.caller);
    if (asked === null || !holds(context.caller, asked, "GROUPS_READ")) return [];
    return await this.loaders.groupsOfCourse(context).load(memberKey(asked, course.id));
  }

  @FieldResolver(() => OrganizationType, {
    nullable: true,
    description: "The organization that the course belongs to; null for a course of the installation's catalogue.",
  })
  async organization(@Root() course: CourseType, @Ctx() context: RequestContext): Promise<OrganizationType | null> {
    return course.organizationId === null ? null : await this.loaders.organization(context).load(course.organizationId);
  }

  @Mutation(() => CreateCoursePayload, {
    description:
      "Creates a course, or a module without courses. Needs TRAINING_WRITE; only the operator changes the catalogue. Errors: EXTERNAL_ID_TAKEN.",
  })
  async createCourse(
    @Ctx() context: RequestContext,
    @Arg("input", () => CreateCourseInput, { description: "The new course or module." }) input: CreateCourseInput,
  ): Promise<CreateCoursePayload> {
    return { course: await createCourse(this.store, context.caller, input) };
  }

  @Mutation(() => UpdateCoursePayload, {
    description:
      "Changes a course. Needs TRAINING_WRITE; only the operator changes the catalogue. Errors: VERSION_CONFLICT and EXTERNAL_ID_TAKEN.",
  })
  async updateCourse(
    @Ctx() context: RequestContext,
    @Arg("input", () => UpdateCourseInput, { description: "The changes." }) input: UpdateCourseInput,
  ): Promise<UpdateCoursePayload> {
    return { course: await updateCourse(this.store, context.caller, input) };
  }

  @Mutation(() => ArchiveCoursePayload, {
    description:
      "Archives a course. It can no longer be started, and modules can be completed without it. Its results stay. Archiving it again changes nothing. Needs TRAINING_WRITE; only the operator changes the catalogue.",
  })
  async archiveCourse(
    @Ctx() context: RequestContext,
    @Arg("id", () => ID, { description: "The course to archive." }) id: string,
  ): Promise<ArchiveCoursePayload> {
    return { course: await archiveCourse(this.store, context.caller, id) };
  }

  @Mutation(() => RestoreCoursePayload, {
    description:
      "Restores an archived course. A course that is not archived stays unchanged. Needs TRAINING_WRITE; only the operator changes the catalogue.",
  })
  async restoreCourse(
    @Ctx() context: RequestContext,
    @Arg("id", () => ID, { description: "The course to restore." }) id: string,
  ): Promise<RestoreCoursePayload> {
    return { course: await restoreCourse(this.store, context.caller, id) };
  }

  @Mutation(() => SetModuleCoursesPayload, {
    description:
      "Replaces the courses of a module. People who completed the module keep their result. For everyone else, the new list applies from their next result on. Needs TRAINING_WRITE; only the operator changes the catalogue. Errors: VERSION_CONFLICT.",
  })
  async setModuleCourses(
    @Ctx() context: RequestContext,
    @Arg("input", () => SetModuleCoursesInput, { description: "The module and its courses in order." })
    input: SetModuleCoursesInput,
  ): Promise<SetModuleCoursesPayload> {
    return { course: await setModuleCourses(this.store, context.caller, input) };
  }

  @Mutation(() => AssignCoursesToGroupPayload, {
    description:
      "Assigns courses to a group in one transaction. Courses that the group already has stay. In `results`, a course that the organization cannot see is NOT_FOUND and an archived one is COURSE_ARCHIVED; the others are assigned. Needs TRAINING_WRITE.",
  })
  async assignCoursesToGroup(
    @Ctx() context: RequestContext,
    @Arg("input", () => AssignCoursesToGroupInput, { description: "The group and the courses." })
    input: AssignCoursesToGroupInput,
  ): Promise<AssignCoursesToGroupPayload> {
    return await assignCoursesToGroup(this.store, context.caller, input);
  }

  @Mutation(() => UnassignCoursesFromGroupPayload, {
    description:
      "Removes courses from a group in one transaction. People keep their results. In `results`, a course that the organization cannot see is NOT_FOUND; the others are removed. Needs TRAINING_WRITE.",
  })
  async unassignCoursesFromGroup(
    @Ctx() context: RequestContext,
    @Arg("input", () => UnassignCoursesFromGroupInput, { description: "The group and the courses." })
    input: UnassignCoursesFromGroupInput,
  ): Promise<UnassignCoursesFromGroupPayload> {
    return await unassignCoursesFromGroup(this.store, context.caller, input);
  }
}
