/** The queries of open training and of starts. */
import { Arg, Args, Ctx, FieldResolver, ID, Query, Resolver, Root } from "type-graphql";
import { requirePermission } from "../../access/caller.js";
import { OrganizationArgument } from "../../access/organization-argument.js";
import type { RequestContext } from "../../access/request-context.js";
import type { Store } from "../../access/store.js";
import { memberKey, type PeopleLoaders } from "../../people/loaders.js";
import { UserType } from "../../people/user/user.type.js";
import { DEFAULT_PAGE_SIZE, PageArgs, type Page } from "../../platform/graphql/paging.js";
import { StartType } from "../result/recording.input.js";
import { listStarts } from "./list-starts.js";
import { listOpenTraining, type OpenStep } from "./open-training.js";
import { OpenStepEnum, OpenTrainingFilterInput, StartFilterInput } from "./progress.input.js";
import { OpenTrainingPage, OpenTrainingType, StartPage } from "./progress.type.js";

/** The query may read every user who has the course. */
const COST_OF_LOOKING = 1_000;

@Resolver(() => OpenTrainingType)
export class OpenTrainingResolver {
  constructor(
    private readonly store: Store,
    private readonly people: PeopleLoaders,
  ) {}

  @Query(() => OpenTrainingPage, {
    complexity: ({ args, childComplexity }) => COST_OF_LOOKING + childComplexity * countItems(args),
    description:
      "Users who have not started, completed or passed an assigned course or module, by last name. A course is assigned to a user's groups directly or in a module. TRAINING_READ shows everyone in the organization. TEAM_TRAINING_READ shows members of groups that you manage, your direct reports and yourself. Without either, you see only yourself. Archived accounts are left out.",
  })
  async openTraining(
    @Ctx() { caller }: RequestContext,
    @OrganizationArgument("The organization whose users to show.") organizationId: string,
    @Arg("courseId", () => ID, {
      description: "The course or module. The list is empty if the organization cannot see it.",
    })
    courseId: string,
    @Arg("step", () => OpenStepEnum, {
      nullable: true,
      description: "The step that is missing; COMPLETE if left out.",
    })
    step: OpenStep | null | undefined,
    @Arg("filter", () => OpenTrainingFilterInput, { nullable: true, description: "Which users to show." })
    filter: OpenTrainingFilterInput | null | undefined,
    @Args(() => PageArgs) page: PageArgs,
  ): Promise<Page<OpenTrainingType>> {
    const query = { organizationId, courseId, step: step ?? "COMPLETE", filter: filter ?? null, page };
    return await listOpenTraining(this.store, caller, query);
  }

  @FieldResolver(() => UserType, {
    nullable: true,
    description:
      "The account; null for a user who has just left the organization. Accounts other than your own need USERS_READ.",
  })
  async user(@Root() open: OpenTrainingType, @Ctx() context: RequestContext): Promise<UserType | null> {
    return await showUser(this.people, context, open);
  }
}

@Resolver(() => StartType)
export class StartsResolver {
  constructor(
    private readonly store: Store,
    private readonly people: PeopleLoaders,
  ) {}

  @Query(() => StartPage, {
    description:
      "Starts of courses, the latest first. TRAINING_READ shows those of everyone in the organization. TEAM_TRAINING_READ shows those of groups that you manage, of your direct reports and your own. Without either, you see only your own. Errors: INVALID_INPUT for an empty time range.",
  })
  async trainingStarts(
    @Ctx() { caller }: RequestContext,
    @OrganizationArgument("The organization whose starts to show.") organizationId: string,
    @Arg("filter", () => StartFilterInput, { nullable: true, description: "Which starts to show." })
    filter: StartFilterInput | null | undefined,
    @Args(() => PageArgs) page: PageArgs,
  ): Promise<Page<StartType>> {
    return await listStarts(this.store, caller, { organizationId, filter: filter ?? null, page });
  }

  @FieldResolver(() => UserType, {
    nullable: true,
    description:
      "The user who started; null for a user who left the organization. Accounts other than your own need USERS_READ.",
  })
  async user(@Root() start: StartType, @Ctx() context: RequestContext): Promise<UserType | null> {
    return await showUser(this.people, context, start);
  }
}

async function showUser(
  people: PeopleLoaders,
  context: RequestContext,
  { organizationId, userId }: { readonly organizationId: string; readonly userId: string },
): Promise<UserType | null> {
  const { caller } = context;
  if (caller.kind !== "PERSON" || caller.userId !== userId) requirePermission(caller, organizationId, "USERS_READ");
  return await people.member(context).load(memberKey(organizationId, userId));
}

function countItems({ first, last }: { readonly first?: unknown; readonly last?: unknown }): number {
  return Math.max(Number(first ?? last ?? DEFAULT_PAGE_SIZE), 1);
}
