/** The queries of results and of a group's figures. */
import type { GraphQLResolveInfo } from "graphql";
import { Arg, Args, Ctx, FieldResolver, ID, Info, Query, Resolver, Root } from "type-graphql";
import { requirePermission } from "../../access/caller.js";
import { OrganizationArgument } from "../../access/organization-argument.js";
import type { RequestContext } from "../../access/request-context.js";
import type { Store } from "../../access/store.js";
import { orNull } from "../../platform/errors/or-null.js";
import { memberKey, type PeopleLoaders } from "../../people/loaders.js";
import { UserType } from "../../people/user/user.type.js";
import { Failure, NOT_FOUND } from "../../platform/errors/failure.js";
import { PageArgs, type Page } from "../../platform/graphql/paging.js";
import { TimeBoundScalar } from "../../platform/graphql/scalars.js";
import type { TimeBound } from "../../platform/time-range.js";
import { CourseType } from "../course/course.type.js";
import type { TrainingLoaders } from "../loaders.js";
import { readGroupResults } from "./group-results.js";
import { GroupCourseResultsType, GroupResultsType } from "./group-results.type.js";
import { listResults } from "./list-results.js";
import { lookAheadAtResults } from "./look-ahead-at-results.js";
import { ResultFilterInput, ResultOrderInput } from "./results.input.js";
import { ResultCorrectionType, ResultPage, ResultType } from "./result.type.js";

/** The query reads all results of a group's members. */
const COST_OF_SUMMING = 3_000;

@Resolver(() => ResultType)
export class ResultsResolver {
  constructor(
    private readonly store: Store,
    private readonly loaders: TrainingLoaders,
    private readonly people: PeopleLoaders,
  ) {}

  @Query(() => ResultPage, {
    description:
      "Results of courses and modules, the latest first if `orderBy` is left out. TRAINING_READ shows those of everyone in the organization. TEAM_TRAINING_READ shows those of groups that you manage, of your direct reports and your own. Without either, you see only your own. The list has a module's result in addition to those of its courses. Errors: INVALID_INPUT for an empty time range.",
  })
  async results(
    @Ctx() context: RequestContext,
    @OrganizationArgument("The organization whose results to show.") organizationId: string,
    @Arg("filter", () => ResultFilterInput, { nullable: true, description: "Which results to show." })
    filter: ResultFilterInput | null | undefined,
    @Arg("orderBy", () => ResultOrderInput, { nullable: true, description: "The order." })
    orderBy: ResultOrderInput | null | undefined,
    @Args(() => PageArgs) page: PageArgs,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Page<ResultType>> {
    const query = { organizationId, filter, orderBy, page, ...lookAheadAtResults(info) };
    return await listResults(this.store, context.caller, query);
  }

  @Query(() => GroupResultsType, {
    nullable: true,
    complexity: ({ childComplexity }) => COST_OF_SUMMING + childComplexity,
    description:
      "Averages, pass rates and counts of a group's results, one line for each course. A figure from fewer people than the organization's policy `groupResultsMinimum` is null. null for an id that is unknown or of another organization. Needs TRAINING_READ, or TEAM_TRAINING_READ if you manage the group. Errors: INVALID_INPUT for an empty time range.",
  })
  async groupResults(
    @Ctx() context: RequestContext,
    @Arg("groupId", () => ID, { description: "The group." }) groupId: string,
    @Arg("from", () => TimeBoundScalar, {
      nullable: true,
      description: "Only results completed at or after this time.",
    })
    from: TimeBound | null | undefined,
    @Arg("to", () => TimeBoundScalar, {
      nullable: true,
      description: "Only results completed before this time. A day counts to its end.",
    })
    to: TimeBound | null | undefined,
  ): Promise<GroupResultsType | null> {
    const query = { groupId, from: from ?? null, to: to ?? null };
    return await orNull(readGroupResults(this.store, context.caller, query));
  }

  @FieldResolver(() => UserType, {
    nullable: true,
    description:
      "The user who completed it; null for a user who left the organization. Accounts other than your own need USERS_READ.",
  })
  user(
    @Root() { organizationId, userId, knownUser }: ResultType,
    @Ctx() context: RequestContext,
  ): UserType | null | Promise<UserType | null> {
    const { caller } = context;
    if (caller.kind !== "PERSON" || caller.userId !== userId) requirePermission(caller, organizationId, "USERS_READ");
    return knownUser === undefined ? this.people.member(context).load(memberKey(organizationId, userId)) : knownUser;
  }

  @FieldResolver(() => CourseType, { description: "The course or module." })
  course(@Root() result: ResultType, @Ctx() context: RequestContext): CourseType | Promise<CourseType> {
    return result.knownCourse ?? loadCourse(this.loaders, context, result.courseId);
  }

  @FieldResolver(() => [ResultType], {
    description:
      "For a module, the results of its courses from which its own was calculated, in the module's order; empty for a course.",
  })
  async children(@Root() result: ResultType, @Ctx() context: RequestContext): Promise<readonly ResultType[]> {
    if (result.kind === "COURSE") return [];
    return result.knownChildren ?? (await this.loaders.childrenOfResult(context).load(result.id));
  }

  @FieldResolver(() => [ResultCorrectionType], {
    description: "The changes after it was recorded, the oldest first.",
  })
  async corrections(
    @Root() result: ResultType,
    @Ctx() context: RequestContext,
  ): Promise<readonly ResultCorrectionType[]> {
    return result.knownCorrections ?? (await this.loaders.correctionsOfResult(context).load(result.id));
  }
}

@Resolver(() => GroupCourseResultsType)
export class GroupCourseResultsResolver {
  constructor(private readonly loaders: TrainingLoaders) {}

  @FieldResolver(() => CourseType, { description: "The course or module." })
  async course(@Root() results: GroupCourseResultsType, @Ctx() context: RequestContext): Promise<CourseType> {
    return await loadCourse(this.loaders, context, results.courseId);
  }
}

/** Courses that have results are never deleted. */
async function loadCourse(loaders: TrainingLoaders, context: RequestContext, courseId: string): Promise<CourseType> {
  const course = await loaders.course(context).load(courseId);
  if (course === null) throw new Failure(NOT_FOUND, { type: "course" });
  return course;
}
