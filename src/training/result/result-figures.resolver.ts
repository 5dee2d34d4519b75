/** The query of an organization's figures, and the field `results` of a user. */
import type { GraphQLResolveInfo } from "graphql";
import { Arg, Args, Ctx, FieldResolver, ID, Info, Query, Resolver, Root } from "type-graphql";
import { OrganizationArgument } from "../../access/organization-argument.js";
import type { RequestContext } from "../../access/request-context.js";
import type { Store } from "../../access/store.js";
import { IN_ORGANIZATION, UserType } from "../../people/user/user.type.js";
import { PageArgs, type Page } from "../../platform/graphql/paging.js";
import { CourseType } from "../course/course.type.js";
import type { TrainingLoaders } from "../loaders.js";
import { listResultsOfUser } from "./list-results.js";
import { lookAheadAtResults } from "./look-ahead-at-results.js";
import { readResultFigures, type FiguresBy, type ResultFigures } from "./result-figures.js";
import {
  FiguresByEnum,
  ResultFiguresFilterInput,
  ResultFiguresLineType,
  ResultFiguresType,
} from "./result-figures.type.js";
import { ResultPage, type ResultType } from "./result.type.js";

/** The query reads all results of an organization. */
const COST_OF_SUMMING = 5_000;

@Resolver(() => ResultFiguresLineType)
export class ResultFiguresResolver {
  constructor(
    private readonly store: Store,
    private readonly loaders: TrainingLoaders,
  ) {}

  @Query(() => ResultFiguresType, {
    complexity: ({ childComplexity }) => COST_OF_SUMMING + childComplexity,
    description:
      "Averages, pass rates and counts of an organization's results. TRAINING_READ summarizes everyone in the organization. TEAM_TRAINING_READ summarizes groups that you manage, your direct reports and yourself. A figure from fewer people than the policy `groupResultsMinimum` is null. Errors: INVALID_INPUT for an empty time range.",
  })
  async resultFigures(
    @Ctx() { caller }: RequestContext,
    @OrganizationArgument("The organization whose results to summarize.") organizationId: string,
    @Arg("by", () => FiguresByEnum, { nullable: true, description: "The lines; ALL if left out." })
    by: FiguresBy | null | undefined,
    @Arg("filter", () => ResultFiguresFilterInput, { nullable: true, description: "Which results to summarize." })
    filter: ResultFiguresFilterInput | null | undefined,
  ): Promise<ResultFigures> {
    return await readResultFigures(this.store, caller, { organizationId, by: by ?? "ALL", filter: filter ?? null });
  }

  @FieldResolver(() => CourseType, {
    nullable: true,
    description: "The course or module if figures are by COURSE.",
  })
  async course(
    @Root() { courseId }: ResultFiguresLineType,
    @Ctx() context: RequestContext,
  ): Promise<CourseType | null> {
    return courseId === null ? null : await this.loaders.course(context).load(courseId);
  }
}

@Resolver(() => UserType)
export class UserResultsResolver {
  constructor(private readonly store: Store) {}

  @FieldResolver(() => ResultPage, {
    description:
      "The user's results in the organization, the latest first. Without results that the query `results` shows you, the list is empty.",
  })
  async results(
    @Root() { id, homeOrganizationId }: UserType,
    @Ctx() { caller }: RequestContext,
    @Arg("organizationId", () => ID, IN_ORGANIZATION) organizationId: string | null | undefined,
    @Args(() => PageArgs) page: PageArgs,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Page<ResultType>> {
    const asked = { organizationId: organizationId ?? homeOrganizationId, page, ...lookAheadAtResults(info) };
    return await listResultsOfUser(this.store, caller, id, asked);
  }
}
