/** Who has training before them, and who started what, in GraphQL. */
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

/** It may look at everybody to whom the course is assigned. */
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
      "Who has not begun, not completed or not passed a course or module that is assigned to their groups, by itself or in a module, by last name. With TRAINING_READ everybody in the organization; with TEAM_TRAINING_READ the groups that one manages, direct reports and oneself; any other person sees only whether they themselves have it before them. Archived accounts are left out.",
  })
  async openTraining(
    @Ctx() { caller }: RequestContext,
    @OrganizationArgument("The organization whose people to look at.") organizationId: string,
    @Arg("courseId", () => ID, {
      description: "The course or module; of one that the organization does not see, nobody is shown.",
    })
    courseId: string,
    @Arg("step", () => OpenStepEnum, {
      nullable: true,
      description: "What they have not done; COMPLETE when left out.",
    })
    step: OpenStep | null | undefined,
    @Arg("filter", () => OpenTrainingFilterInput, { nullable: true, description: "Whom to look at." })
    filter: OpenTrainingFilterInput | null | undefined,
    @Args(() => PageArgs) page: PageArgs,
  ): Promise<Page<OpenTrainingType>> {
    const query = { organizationId, courseId, step: step ?? "COMPLETE", filter: filter ?? null, page };
    return await listOpenTraining(this.store, caller, query);
  }

  @FieldResolver(() => UserType, {
    nullable: true,
    description: "The account; null for somebody who has just left. Needs USERS_READ, but for oneself.",
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
      "What people started, the latest first. With TRAINING_READ everybody in the organization; with TEAM_TRAINING_READ the groups that one manages, direct reports and oneself; any other person sees the own. Answers INVALID_INPUT for a range of time that holds nothing.",
  })
  async trainingStarts(
    @Ctx() { caller }: RequestContext,
    @OrganizationArgument("The organization whose people's starts to show.") organizationId: string,
    @Arg("filter", () => StartFilterInput, { nullable: true, description: "Which starts to show." })
    filter: StartFilterInput | null | undefined,
    @Args(() => PageArgs) page: PageArgs,
  ): Promise<Page<StartType>> {
    return await listStarts(this.store, caller, { organizationId, filter: filter ?? null, page });
  }

  @FieldResolver(() => UserType, {
    nullable: true,
    description: "Who started; null for somebody who left the organization. Needs USERS_READ, but for oneself.",
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
