/** The queries and mutations of filters and of users' answers. */
import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from "type-graphql";
import { requirePermission } from "../../access/caller.js";
import { OrganizationArgument } from "../../access/organization-argument.js";
import type { RequestContext } from "../../access/request-context.js";
import type { Store } from "../../access/store.js";
import { memberKey } from "../../people/loaders.js";
import { maySeeIn } from "../../people/user/user.access.js";
import { IN_ORGANIZATION, UserType } from "../../people/user/user.type.js";
import type { UserAnswer } from "./filter.js";
import {
  CONFIRM_DELETION,
  CreateFilterInput,
  CreateFilterPayload,
  DeleteFilterPayload,
  SetUserAnswersInput,
  SetUserAnswersPayload,
  UpdateFilterInput,
  UpdateFilterPayload,
} from "./filter.input.js";
import { createFilter, deleteFilter, readFilters, updateFilter } from "./filter.operations.js";
import { FilterAnswerType, FilterType, UserAnswerType } from "./filter.type.js";
import type { FilterLoaders } from "./loaders.js";
import { setUserAnswers } from "./user-answers.operations.js";

@Resolver(() => FilterType)
export class FilterResolver {
  constructor(private readonly store: Store) {}

  @Query(() => [FilterType], {
    description:
      "The questions that an organization asks about its people, in their order, at most 100. Needs TRAINING_READ or TEAM_TRAINING_READ.",
  })
  async filters(
    @Ctx() context: RequestContext,
    @OrganizationArgument("The organization whose filters to show.") organizationId: string,
  ): Promise<readonly FilterType[]> {
    return await readFilters(this.store, context.caller, organizationId);
  }

  @FieldResolver(() => [FilterAnswerType], { description: "The answers to choose from, in their order." })
  answers(@Root() { answers, organizationId }: FilterType): readonly FilterAnswerType[] {
    return answers.map((answer) => ({ ...answer, organizationId }));
  }

  @Mutation(() => CreateFilterPayload, {
    description:
      "Creates a filter in the last position. An organization has at most 100 filters. Needs TRAINING_WRITE. Errors: QUESTION_TAKEN and FILTER_LIMIT_REACHED.",
  })
  async createFilter(
    @Ctx() context: RequestContext,
    @Arg("input", () => CreateFilterInput, { description: "The new filter." }) input: CreateFilterInput,
  ): Promise<CreateFilterPayload> {
    return { filter: await createFilter(this.store, context.caller, input) };
  }

  @Mutation(() => UpdateFilterPayload, {
    description:
      "Changes a filter's question, position and answers. One list renames, orders, adds and removes answers. Users keep an answer whose text changes. Needs TRAINING_WRITE. Errors: VERSION_CONFLICT, QUESTION_TAKEN, and FILTER_IN_USE if users would lose an answer.",
  })
  async updateFilter(
    @Ctx() context: RequestContext,
    @Arg("input", () => UpdateFilterInput, { description: "The changes." }) input: UpdateFilterInput,
  ): Promise<UpdateFilterPayload> {
    return { filter: await updateFilter(this.store, context.caller, input) };
  }

  @Mutation(() => DeleteFilterPayload, {
    description:
      "Deletes a filter with its answers. Needs TRAINING_WRITE. Errors: FILTER_IN_USE if users would lose an answer.",
  })
  async deleteFilter(
    @Ctx() context: RequestContext,
    @Arg("id", () => ID, { description: "The filter to delete." }) id: string,
    @Arg("confirmAffectedUsers", () => Int, CONFIRM_DELETION) confirmAffectedUsers: number | null | undefined,
  ): Promise<DeleteFilterPayload> {
    return {
      filter: await deleteFilter(this.store, context.caller, id, confirmAffectedUsers),
    };
  }

  @Mutation(() => SetUserAnswersPayload, {
    description:
      "Stores a user's answers. Answers to filters that are not listed stay. There is no event, because answers are not fields of the account. Needs TRAINING_WRITE.",
  })
  async setUserAnswers(
    @Ctx() context: RequestContext,
    @Arg("input", () => SetUserAnswersInput, { description: "The user and the answers." }) input: SetUserAnswersInput,
  ): Promise<SetUserAnswersPayload> {
    return { user: await setUserAnswers(this.store, context.caller, input) };
  }
}

@Resolver(() => FilterAnswerType)
export class FilterAnswerResolver {
  constructor(private readonly loaders: FilterLoaders) {}

  @FieldResolver(() => Int, {
    description: "How many members of the organization have this answer, whatever their status. Needs TRAINING_READ.",
  })
  async userCount(@Root() answer: FilterAnswerType, @Ctx() context: RequestContext): Promise<number> {
    requirePermission(context.caller, answer.organizationId, "TRAINING_READ");
    return (await this.loaders.usersWithAnswer(context).load(answer.id)) ?? 0;
  }
}

/** Adds the field `answers` to users. */
@Resolver(() => UserType)
export class UserAnswersResolver {
  constructor(private readonly loaders: FilterLoaders) {}

  @FieldResolver(() => [UserAnswerType], {
    description:
      "The user's answers to the organization's questions, in the filters' order. Questions without an answer are left out. Users other than yourself need TRAINING_READ there; without it, the list is empty.",
  })
  async answers(
    @Root() { id, homeOrganizationId }: UserType,
    @Ctx() context: RequestContext,
    @Arg("organizationId", () => ID, IN_ORGANIZATION) organizationId: string | null | undefined,
  ): Promise<readonly UserAnswer[]> {
    const asked = organizationId ?? homeOrganizationId;
    if (!maySeeIn(context.caller, asked, id, "TRAINING_READ")) return [];
    return await this.loaders.answersOfMember(context).load(memberKey(asked, id));
  }
}
