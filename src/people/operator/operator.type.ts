/** Operators in the schema, with the inputs and payloads of their mutations. */
import { Field, ID, InputType, ObjectType } from "type-graphql";
import { definePage } from "../../platform/graphql/paging.js";

@ObjectType("Operator", {
  description: "A person who runs the installation. Operators belong to no organization and sign in at `/operator`.",
  simpleResolvers: true,
})
export class OperatorType {
  @Field(() => ID, { description: "The operator's id, which events and the audit log name." })
  id!: string;

  @Field(() => String, { description: "The e-mail address with which the operator signs in." })
  email!: string;

  @Field(() => String, { description: "The display name." })
  fullName!: string;

  @Field(() => Boolean, { description: "Whether the operator has set a password, and so can sign in." })
  isActive!: boolean;

  @Field(() => Date, { nullable: true, description: "When the operator last signed in; null if they never did." })
  lastSignedInAt!: Date | null;

  @Field(() => Date, { description: "When the operator was invited." })
  createdAt!: Date;
}

export const OperatorPage = definePage("Operator", () => OperatorType, "Operators, the oldest first.");

@InputType({ description: "The operator to invite." })
export class InviteOperatorInput {
  @Field(() => String, { description: "The e-mail address. Each operator has their own." })
  email!: string;

  @Field(() => String, { description: "The display name, at most 200 characters." })
  fullName!: string;

  @Field(() => Boolean, {
    nullable: true,
    description:
      "Whether using the link removes the second factors of an operator who has lost them. If not, the link asks for one of them, beside the new password. Left out: false.",
  })
  resetSecondFactors?: boolean | null;
}

@ObjectType({ description: "What inviteOperator answers.", simpleResolvers: true })
export class InviteOperatorPayload {
  @Field(() => OperatorType, { description: "The invited operator." })
  operator!: OperatorType;

  @Field(() => String, {
    description: "The one-time link with which the operator sets a password. It is shown only here, and in the mail.",
  })
  url!: string;

  @Field(() => Date, { description: "When the link expires." })
  expiresAt!: Date;
}

@ObjectType({ description: "What removeOperator answers.", simpleResolvers: true })
export class RemoveOperatorPayload {
  @Field(() => OperatorType, { description: "The operator before the removal." })
  operator!: OperatorType;
}
