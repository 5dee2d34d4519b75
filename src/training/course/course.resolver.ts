/** Courses in GraphQL. */
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
      "One course or module of the caller's organization or of the catalogue; for the operator any. null for an id that is unknown or another organization's. Needs TEAM_TRAINING_READ or TRAINING_READ.",
  })
  async course(
    @Ctx() context: RequestContext,
    @Arg("id", () => ID, { description: "The course's id." }) id: string,
  ): Promise<CourseType | null> {
    return await orNull(readCourse(this.store, context.caller, id));
  }

  @Query(() => CoursePage, {
    description:
      "The courses and modules that an organization sees, its own and the catalogue's, by title unless `orderBy` says otherwise. Needs TEAM_TRAINING_READ or TRAINING_READ.",
  })
  async courses(
    @Ctx() context: RequestContext,
    @Arg("organizationId", () => ID, {
      nullable: true,
      description:
        "The organization whose courses to show. When left out, the one of the session or of the key; for the operator, the installation's catalogue by itself.",
    })
    organizationId: string | null | undefined,
    @Arg("filter", () => CourseFilterInput, { nullable: true, description: "Which courses to show." })
    filter: CourseFilterInput | null | undefined,
    @Arg("orderBy", () => CourseOrderInput, { nullable: true, description: "In which order." })
    orderBy: CourseOrderInput | null | undefined,
    @Args(() => PageArgs) page: PageArgs,
  ): Promise<Page<CourseType>> {
    const query = { organizationId: organizationId ?? ownOrganizationOf(context.caller), filter, orderBy, page };
    return await listCourses(this.store, context.caller, query);
  }

  @FieldResolver(() => [CourseType], {
    description: "The courses of a module in their order, archived ones too; empty for a course.",
  })
  async children(@Root() course: CourseType, @Ctx() context: RequestContext): Promise<readonly CourseType[]> {
    if (course.kind === "COURSE") return [];
    return await this.loaders.childrenOfModule(context).load(course.id);
  }

  @FieldResolver(() => [GroupType], {
    description: "The groups of an organization that it is assigned to, by name. Without GROUPS_READ there, empty.",
  })
  async groups(
    @Root() course: CourseType,
    @Ctx() context: RequestContext,
    @Arg("organizationId", () => ID, {
      nullable: true,
      description:
        "The organization in which to look. When left out, the one whose course it is; of the catalogue, the caller's, and for the operator none.",
    })
    organizationId: string | null | undefined,
  ): Promise<readonly GroupType[]> {
    const asked = organizationId ?? course.organizationId ?? ownOrganizationOf(context.caller);
    if (asked === null || !holds(context.caller, asked, "GROUPS_READ")) return [];
    return await this.loaders.groupsOfCourse(context).load(memberKey(asked, course.id));
  }

  @FieldResolver(() => OrganizationType, {
    nullable: true,
    description: "The organization whose course it is; null in the installation's catalogue.",
  })
  async organization(@Root() course: CourseType, @Ctx() context: RequestContext): Promise<OrganizationType | null> {
    return course.organizationId === null ? null : await this.loaders.organization(context).load(course.organizationId);
  }

  @Mutation(() => CreateCoursePayload, {
    description:
      "Makes a course, or a module without courses. Needs TRAINING_WRITE; for the catalogue, the operator. Answers EXTERNAL_ID_TAKEN.",
  })
  async createCourse(
    @Ctx() context: RequestContext,
    @Arg("input", () => CreateCourseInput, { description: "What to make." }) input: CreateCourseInput,
  ): Promise<CreateCoursePayload> {
    return { course: await createCourse(this.store, context.caller, input) };
  }

  @Mutation(() => UpdateCoursePayload, {
    description:
      "Changes a course. Needs TRAINING_WRITE; for the catalogue, the operator. Answers VERSION_CONFLICT and EXTERNAL_ID_TAKEN.",
  })
  async updateCourse(
    @Ctx() context: RequestContext,
    @Arg("input", () => UpdateCourseInput, { description: "What to change." }) input: UpdateCourseInput,
  ): Promise<UpdateCoursePayload> {
    return { course: await updateCourse(this.store, context.caller, input) };
  }

  @Mutation(() => ArchiveCoursePayload, {
    description:
      "Puts a course away: nobody starts it any more, modules count it no longer, and its results stay. What is archived already stays as it is. Needs TRAINING_WRITE; for the catalogue, the operator.",
  })
  async archiveCourse(
    @Ctx() context: RequestContext,
    @Arg("id", () => ID, { description: "The course to archive." }) id: string,
  ): Promise<ArchiveCoursePayload> {
    return { course: await archiveCourse(this.store, context.caller, id) };
  }

  @Mutation(() => RestoreCoursePayload, {
    description:
      "Brings an archived course back. One that is not archived stays as it is. Needs TRAINING_WRITE; for the catalogue, the operator.",
  })
  async restoreCourse(
    @Ctx() context: RequestContext,
    @Arg("id", () => ID, { description: "The course to bring back." }) id: string,
  ): Promise<RestoreCoursePayload> {
    return { course: await restoreCourse(this.store, context.caller, id) };
  }

  @Mutation(() => SetModuleCoursesPayload, {
    description:
      "Puts other courses in the place of those that a module has. Whoever completed the module has completed it; for all others, the next result counts with what the module has then. Needs TRAINING_WRITE; for the catalogue, the operator. Answers VERSION_CONFLICT.",
  })
  async setModuleCourses(
    @Ctx() context: RequestContext,
    @Arg("input", () => SetModuleCoursesInput, { description: "Which courses, in which order." })
    input: SetModuleCoursesInput,
  ): Promise<SetModuleCoursesPayload> {
    return { course: await setModuleCourses(this.store, context.caller, input) };
  }

  @Mutation(() => AssignCoursesToGroupPayload, {
    description:
      "Assigns courses to a group, all at once. What it has already stays. Look at `results`: a course that the organization does not see is NOT_FOUND there, an archived one COURSE_ARCHIVED, and the others are carried out. Needs TRAINING_WRITE.",
  })
  async assignCoursesToGroup(
    @Ctx() context: RequestContext,
    @Arg("input", () => AssignCoursesToGroupInput, { description: "What to assign to whom." })
    input: AssignCoursesToGroupInput,
  ): Promise<AssignCoursesToGroupPayload> {
    return await assignCoursesToGroup(this.store, context.caller, input);
  }

  @Mutation(() => UnassignCoursesFromGroupPayload, {
    description:
      "Takes courses from a group, all at once; results stay. Look at `results`: a course that the organization does not see is NOT_FOUND there, and the others are carried out. Needs TRAINING_WRITE.",
  })
  async unassignCoursesFromGroup(
    @Ctx() context: RequestContext,
    @Arg("input", () => UnassignCoursesFromGroupInput, { description: "What to take from whom." })
    input: UnassignCoursesFromGroupInput,
  ): Promise<UnassignCoursesFromGroupPayload> {
    return await unassignCoursesFromGroup(this.store, context.caller, input);
  }
}
