/** What the mutations of filters and of users' answers take and answer. */
import { Field, ID, InputType, Int, ObjectType } from "type-graphql";
import { UserType } from "../../people/user/user.type.js";
import { LONGEST_ANSWER, LONGEST_QUESTION, MOST_ANSWERS, MOST_FILTERS } from "./filter.js";
import { FilterType } from "./filter.type.js";

@InputType({ description: "A filter to make." })
export class CreateFilterInput {
  @Field(() => ID, { description: "The organization whose people are asked about. It never changes." })
  organizationId!: string;

  @Field(() => String, {
    description: `The question. Unique in the organization, whatever the case; at most ${LONGEST_QUESTION} characters.`,
  })
  question!: string;

  @Field(() => [String], {
    description: `The answers to choose from, in their order: at least one and at most ${MOST_ANSWERS}, each once, whatever the case, of at most ${LONGEST_ANSWER} characters.`,
  })
  answers!: string[];
}

@InputType("FilterAnswerInput", { description: "An answer as it is to be." })
export class FilterAnswerInput {
  @Field(() => ID, {
    nullable: true,
    description: "The answer that is kept, perhaps with another text; left out, it is a new one.",
  })
  id?: string | null;

  @Field(() => String, { description: `Its text, of at most ${LONGEST_ANSWER} characters.` })
  text!: string;
}

/** What both ways of losing answers say. */
const CONFIRM =
  "How many users lose an answer by it, as details.affectedUsers told. Refused with FILTER_IN_USE when it is another number; not needed where nobody does.";

@InputType({ description: "What to change in a filter. What is left out stays." })
export class UpdateFilterInput {
  @Field(() => ID, { description: "The filter to change." })
  id!: string;

  @Field(() => Int, {
    nullable: true,
    description: "The version that you know. The change is refused with VERSION_CONFLICT when it is no longer that.",
  })
  expectedVersion?: number | null;

  @Field(() => String, { nullable: true, description: "The question. Unique in the organization." })
  question?: string | null;

  @Field(() => Int, {
    nullable: true,
    description: "Its place among the organization's filters, from 0; the others make room.",
  })
  position?: number | null;

  @Field(() => [FilterAnswerInput], {
    nullable: true,
    description: `All answers from now on, in their order, at most ${MOST_ANSWERS}. Those that are not named by their id go.`,
  })
  answers?: FilterAnswerInput[] | null;

  @Field(() => Int, { nullable: true, description: CONFIRM })
  confirmAffectedUsers?: number | null;
}

export const CONFIRM_DELETION = { nullable: true, description: CONFIRM };

@InputType("UserAnswerInput", { description: "What a user answers to one question." })
export class UserAnswerInput {
  @Field(() => ID, { description: "The filter." })
  filterId!: string;

  @Field(() => ID, {
    nullable: true,
    description: "The answer, one of the filter's; null or left out takes the user's answer away.",
  })
  answerId?: string | null;
}

@InputType({ description: "What a user answers to some of an organization's questions." })
export class SetUserAnswersInput {
  @Field(() => ID, { description: "The organization that asks." })
  organizationId!: string;

  @Field(() => ID, { description: "A member of the organization." })
  userId!: string;

  @Field(() => [UserAnswerInput], {
    description: `Each filter once, at most ${MOST_FILTERS}. Those that are not named stay as they are.`,
  })
  answers!: UserAnswerInput[];
}

@ObjectType({ description: "What createFilter answers.", simpleResolvers: true })
export class CreateFilterPayload {
  @Field(() => FilterType, { description: "The new filter, after all others." })
  filter!: FilterType;
}

@ObjectType({ description: "What updateFilter answers.", simpleResolvers: true })
export class UpdateFilterPayload {
  @Field(() => FilterType, { description: "The filter as it is now." })
  filter!: FilterType;
}

@ObjectType({ description: "What deleteFilter answers.", simpleResolvers: true })
export class DeleteFilterPayload {
  @Field(() => FilterType, { description: "The filter as it was. Nobody has an answer to it any more." })
  filter!: FilterType;
}

@ObjectType({ description: "What setUserAnswers answers.", simpleResolvers: true })
export class SetUserAnswersPayload {
  @Field(() => UserType, { description: "The user; `answers` has what they answered." })
  user!: UserType;
}
