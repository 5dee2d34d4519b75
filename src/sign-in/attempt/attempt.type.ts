/** GraphQL types of sign-in attempts. */
import { Field, ID, InputType, ObjectType, registerEnumType } from "type-graphql";
import { definePage } from "../../platform/graphql/paging.js";
import type { AttemptKind } from "./attempt.js";

/** Stands for the enum `SignInAttemptKind` in decorators. */
const AttemptKindEnum: { readonly [Kind in AttemptKind]: Kind } = {
  SIGN_IN: "SIGN_IN",
  TEST: "TEST",
  CONSENT: "CONSENT",
};

registerEnumType(AttemptKindEnum, {
  name: "SignInAttemptKind",
  description: "Whether an attempt was meant to sign somebody in.",
  valuesConfig: {
    SIGN_IN: { description: "A person wanted to sign in." },
    TEST: { description: "An administrator tested the connection. Nobody was signed in." },
    CONSENT: {
      description: "An administrator of the customer consented to the operator's app. Nobody was signed in.",
    },
  },
});

@ObjectType("SignInAttemptStep", {
  description: "A step of a sign-in attempt. The last step is where the attempt ended.",
})
export class AttemptStepType {
  @Field(() => String, {
    description: "START, LINK, PASSWORD, PASSKEY, RETURN, VERIFY, FETCH_GROUPS, NORMALIZE or COMPLETE.",
  })
  step!: string;

  @Field(() => Date, { description: "When the step began." })
  at!: Date;
}

@ObjectType("SignInAttempt", {
  description: "One attempt to sign in, successful or refused. It holds no secrets and no tokens.",
})
export class AttemptType {
  @Field(() => ID, { description: "Opaque id." })
  id!: string;

  /** Not in the schema. The resolver's fields need a permission in this organization. */
  organizationId!: string;

  @Field(() => AttemptKindEnum, { description: "Whether it was a sign-in, a test or a consent." })
  kind!: AttemptKind;

  @Field(() => String, { description: "The reference that the refusal page showed to the person." })
  reference!: string;

  @Field(() => ID, {
    nullable: true,
    description: "The connection that was used; null for a one-time link or a password.",
  })
  connectionId!: string | null;

  @Field(() => ID, { nullable: true, description: "The user; null if none was recognised." })
  userId!: string | null;

  @Field(() => String, { description: "`SUCCEEDED`, or the code of the error that refused the attempt." })
  outcome!: string;

  @Field(() => String, {
    nullable: true,
    description: "The sentence that the person saw; null if the attempt succeeded.",
  })
  message!: string | null;

  @Field(() => String, { nullable: true, description: "How to fix it; null if the attempt succeeded." })
  remedy!: string | null;

  @Field(() => String, {
    nullable: true,
    description: "What was expected and what was received, for administrators only; null if there is nothing to add.",
  })
  detail!: string | null;

  @Field(() => [AttemptStepType], { description: "The steps, in order." })
  steps!: AttemptStepType[];

  @Field(() => String, { nullable: true, description: "The verified issuer; null if no message was verified." })
  issuer!: string | null;

  @Field(() => String, {
    nullable: true,
    description: "The verified subject at the issuer; null if no message was verified.",
  })
  subject!: string | null;

  @Field(() => String, {
    nullable: true,
    description: "The e-mail address that the provider sent; null if no message was verified or it held none.",
  })
  email!: string | null;

  @Field(() => [String], {
    description: "How the person authenticated at the provider: its `amr` and `acr` values.",
  })
  authenticationMethods!: string[];

  @Field(() => String, {
    nullable: true,
    description:
      "The authentication context class (`acr`, or SAML's AuthnContextClassRef); null if the provider named none.",
  })
  acr!: string | null;

  @Field(() => [String], { description: "The authentication methods (`amr`); empty if the provider named none." })
  amr!: string[];

  @Field(() => Date, {
    nullable: true,
    description:
      "When the person authenticated at the provider (`auth_time`, or SAML's AuthnInstant); null if the provider did not say.",
  })
  authTime!: Date | null;

  @Field(() => String, {
    nullable: true,
    description: "The network address of the browser; null if a proxy sent an invalid one.",
  })
  address!: string | null;

  @Field(() => String, { nullable: true, description: "The `User-Agent` header of the browser; null if it sent none." })
  userAgent!: string | null;

  @Field(() => Date, { description: "When the attempt ended." })
  occurredAt!: Date;
}

export const AttemptPage = definePage(
  "SignInAttempt",
  () => AttemptType,
  "Sign-in attempts of an organization, latest first.",
);

@InputType("SignInAttemptFilter", {
  description: "Which attempts to list. An attempt must match every field that is given.",
})
export class AttemptFilterInput {
  @Field(() => AttemptKindEnum, { nullable: true, description: "Sign-ins, tests or consents." })
  kind?: AttemptKind | null;

  @Field(() => String, { nullable: true, description: "The reference that a person reads out." })
  reference?: string | null;

  @Field(() => ID, { nullable: true, description: "Attempts through one connection." })
  connectionId?: string | null;

  @Field(() => ID, { nullable: true, description: "Attempts of one recognised user." })
  userId?: string | null;

  @Field(() => [String], { nullable: true, description: "Outcomes: `SUCCEEDED`, or codes of the error catalogue." })
  outcomes?: string[] | null;
}
