/** Inputs and payloads of the mutations of filters and of users' answers. */
import { Field, ID, InputType, Int, ObjectType } from "type-graphql";
import { UserType } from "../../people/user/user.type.js";
import { LONGEST_ANSWER, LONGEST_QUESTION, MOST_ANSWERS, MOST_FILTERS } from "./filter.js";
import { FilterType } from "./filter.type.js";

@InputType({ description: "A new filter." })
export class CreateFilterInput {
  @Field(() => ID, { description: "The organization that the filter belongs to. It never changes." })
  organizationId!: string;

  @Field(() => String, {
    description: `The question. Unique in the organization, ignoring case; at most ${LONGEST_QUESTION} characters.`,
  })
  question!: string;

  @Field(() => [String], {
    description: `The answers to choose from, in their order: from 1 to ${MOST_ANSWERS}, each at most ${LONGEST_ANSWER} characters. No two may differ only in case.`,
  })
  answers!: string[];
}

@InputType("FilterAnswerInput", { description: "An answer of a filter." })
export class FilterAnswerInput {
  @Field(() => ID, {
    nullable: true,
    description: "The id of an answer to keep; its text may change. A new answer if left out.",
  })
  id?: string | null;

  @Field(() => String, { description: `The text. At most ${LONGEST_ANSWER} characters.` })
  text!: string;
}

const CONFIRM =
  "How many users would lose an answer, from `details.affectedUsers` of FILTER_IN_USE. If the number is different, the mutation answers FILTER_IN_USE. Not needed if no user loses an answer.";

@InputType({ description: "Changes to a filter. Fields that are left out stay." })
export class UpdateFilterInput {
  @Field(() => ID, { description: "The filter to change." })
  id!: string;

  @Field(() => Int, {
    nullable: true,
    description: "The version that you have read. If it has changed since, the mutation answers VERSION_CONFLICT.",
  })
  expectedVersion?: number | null;

  @Field(() => String, { nullable: true, description: "The question. Unique in the organization." })
  question?: string | null;

  @Field(() => Int, {
    nullable: true,
    description: "The position among the organization's filters, from 0. The other filters move.",
  })
  position?: number | null;

  @Field(() => [FilterAnswerInput], {
    nullable: true,
    description: `All answers in their new order, at most ${MOST_ANSWERS}. An existing answer whose id is missing is deleted.`,
  })
  answers?: FilterAnswerInput[] | null;

  @Field(() => Int, { nullable: true, description: CONFIRM })
  confirmAffectedUsers?: number | null;
}

export const CONFIRM_DELETION = { nullable: true, description: CONFIRM };

@InputType("UserAnswerInput", { description: "A user's answer to one question." })
export class UserAnswerInput {
  @Field(() => ID, { description: "The filter." })
  filterId!: string;

  @Field(() => ID, {
    nullable: true,
    description: "One of the filter's answers. null or left out deletes the user's answer.",
  })
  answerId?: string | null;
}

@InputType({ description: "A user's answers to some of an organization's questions." })
export class SetUserAnswersInput {
  @Field(() => ID, { description: "The organization that the filters belong to." })
  organizationId!: string;

  @Field(() => ID, { description: "A member of the organization." })
  userId!: string;

  @Field(() => [UserAnswerInput], {
    description: `Each filter at most once, at most ${MOST_FILTERS} filters. Answers to filters that are not listed stay.`,
  })
  answers!: UserAnswerInput[];
}

@ObjectType({ description: "What createFilter answers.", simpleResolvers: true })
export class CreateFilterPayload {
  @Field(() => FilterType, { description: "The new filter, in the last position." })
  filter!: FilterType;
}

@ObjectType({ description: "What updateFilter answers.", simpleResolvers: true })
export class UpdateFilterPayload {
  @Field(() => FilterType, { description: "The filter as it is now." })
  filter!: FilterType;
}

@ObjectType({ description: "What deleteFilter answers.", simpleResolvers: true })
export class DeleteFilterPayload {
  @Field(() => FilterType, { description: "The filter as it was before. Users' answers to it are deleted too." })
  filter!: FilterType;
}

@ObjectType({ description: "What setUserAnswers answers.", simpleResolvers: true })
export class SetUserAnswersPayload {
  @Field(() => UserType, { description: "The user; `answers` shows the new answers." })
  user!: UserType;
}
