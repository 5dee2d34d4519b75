/** Sign-in attempts as the schema shows them to administrators. */
import { Field, ID, InputType, ObjectType } from "type-graphql";
import { definePage } from "../../platform/graphql/paging.js";

@ObjectType("SignInAttemptStep", {
  description: "A step that an attempt went through; the last one is where it ended.",
})
export class AttemptStepType {
  @Field(() => String, {
    description: "START, LINK, RETURN, VERIFY, FETCH_GROUPS, NORMALIZE or COMPLETE.",
  })
  step!: string;

  @Field(() => Date, { description: "When the step began." })
  at!: Date;
}

@ObjectType("SignInAttempt", {
  description: "One attempt to sign in, good or bad. It never holds secrets or tokens.",
})
export class AttemptType {
  @Field(() => ID, { description: "Opaque id." })
  id!: string;

  @Field(() => String, { description: "The reference that the refusal page showed to the person." })
  reference!: string;

  @Field(() => ID, { nullable: true, description: "The connection that was used; null for a one-time link." })
  connectionId!: string | null;

  @Field(() => ID, { nullable: true, description: "The user, where one was recognised." })
  userId!: string | null;

  @Field(() => String, { description: "`SUCCEEDED`, or the code of the error catalogue that says why not." })
  outcome!: string;

  @Field(() => String, { nullable: true, description: "What the person was shown; null when the attempt succeeded." })
  message!: string | null;

  @Field(() => String, { nullable: true, description: "How to mend it; null when the attempt succeeded." })
  remedy!: string | null;

  @Field(() => String, {
    nullable: true,
    description: "What was expected and what came, for the administrator alone; null where there is nothing to add.",
  })
  detail!: string | null;

  @Field(() => [AttemptStepType], { description: "The steps in their order." })
  steps!: AttemptStepType[];

  @Field(() => String, { nullable: true, description: "The verified issuer; null when nothing was verified." })
  issuer!: string | null;

  @Field(() => String, { nullable: true, description: "The verified subject at the issuer; null as above." })
  subject!: string | null;

  @Field(() => String, { nullable: true, description: "The e-mail address that the provider sent; null as above." })
  email!: string | null;

  @Field(() => [String], {
    description: "How the person authenticated at the provider, in its own words (`amr`, `acr`).",
  })
  authenticationMethods!: string[];

  @Field(() => String, {
    nullable: true,
    description: "The network address of the browser; null when a proxy wrote what is not an address.",
  })
  address!: string | null;

  @Field(() => String, { nullable: true, description: "What the browser calls itself." })
  userAgent!: string | null;

  @Field(() => Date, { description: "When the attempt ended." })
  occurredAt!: Date;
}

export const AttemptPage = definePage(
  "SignInAttempt",
  () => AttemptType,
  "Sign-in attempts of an organization, the latest first.",
);

@InputType("SignInAttemptFilter", { description: "Which attempts to list; everything that is given must hold." })
export class AttemptFilterInput {
  @Field(() => String, { nullable: true, description: "The reference that a person reads out." })
  reference?: string | null;

  @Field(() => ID, { nullable: true, description: "Attempts through one connection." })
  connectionId?: string | null;

  @Field(() => ID, { nullable: true, description: "Attempts of one recognised user." })
  userId?: string | null;

  @Field(() => [String], { nullable: true, description: "Outcomes: `SUCCEEDED`, or codes of the error catalogue." })
  outcomes?: string[] | null;
}
