/** The explanation of a sign-in's outcome in the schema. Attempts, tests and previews share it. */
import { Field, ID, ObjectType, registerEnumType } from "type-graphql";
import { RuleOperatorEnum } from "../../connection/graphql/mapping.type.js";
import { JsonScalar } from "../../platform/graphql/scalars.js";
import type { ExplainedDecision, ExplainedRule } from "../../provisioning/explain.js";
import type { ShownClaims } from "./attempt.js";

const RuleKindEnum: { readonly [Kind in ExplainedRule["kind"]]: Kind } = {
  ATTRIBUTE: "ATTRIBUTE",
  ROLE: "ROLE",
  GROUP: "GROUP",
};

registerEnumType(RuleKindEnum, {
  name: "SignInRuleKind",
  description: "What a mapping gives.",
  valuesConfig: {
    ATTRIBUTE: { description: "A value for a field of the profile." },
    ROLE: { description: "A role." },
    GROUP: { description: "Membership in a group." },
  },
});

const DecisionKindEnum: { readonly [Kind in ExplainedDecision["kind"]]: Kind } = {
  CREATE: "CREATE",
  LINK: "LINK",
  MERGE: "MERGE",
  UPDATE: "UPDATE",
  REQUEST_LINK: "REQUEST_LINK",
  REFUSE: "REFUSE",
};

registerEnumType(DecisionKindEnum, {
  name: "SignInDecisionKind",
  description: "What a sign-in does with a person that the provider has verified.",
  valuesConfig: {
    CREATE: { description: "It creates an account." },
    LINK: { description: "It links the person to the account that was prepared for them." },
    MERGE: { description: "It joins the person to an existing account with their e-mail address." },
    UPDATE: { description: "It lets the person in to the account that they are linked to." },
    REQUEST_LINK: { description: "It asks an administrator to link the person, and refuses them until then." },
    REFUSE: { description: "It refuses the person; `code` says why." },
  },
});

@ObjectType("SignInProfileField", {
  description: "A field of the person, as the provider supplies it.",
  simpleResolvers: true,
})
export class ProfileFieldType {
  @Field(() => String, { description: "The field, such as `email` or `custom.NAME`." })
  field!: string;

  @Field(() => String, { description: "The value that would be stored." })
  value!: string;

  @Field(() => String, {
    nullable: true,
    description: "The claim that the value came from; null if the connection type does not say.",
  })
  claim!: string | null;
}

@ObjectType("SignInRule", {
  description: "A mapping of the connection, and whether and why it matched.",
  simpleResolvers: true,
})
export class SignInRuleType {
  @Field(() => RuleKindEnum, { description: "What the mapping gives." })
  kind!: ExplainedRule["kind"];

  @Field(() => String, { description: "The claim that the mapping looks at." })
  claim!: string;

  @Field(() => RuleOperatorEnum, { nullable: true, description: "How it compares the claim; null for ATTRIBUTE." })
  operator!: ExplainedRule["operator"];

  @Field(() => String, {
    nullable: true,
    description: "What the claim is compared with, several values separated by commas; null for ATTRIBUTE.",
  })
  value!: string | null;

  @Field(() => String, { description: "What the mapping gives: the field, the role's id or the group's id." })
  target!: string;

  @Field(() => Boolean, { description: "Whether the mapping gave it." })
  matched!: boolean;

  @Field(() => String, { description: "Why it matched or did not." })
  reason!: string;
}

@ObjectType("SignInDecision", { description: "What a sign-in did, or would have done.", simpleResolvers: true })
export class SignInDecisionType {
  @Field(() => DecisionKindEnum, { description: "What it does with the person." })
  kind!: ExplainedDecision["kind"];

  @Field(() => String, { nullable: true, description: "The code of a refusal; null if the person is let in." })
  code!: string | null;

  @Field(() => String, { nullable: true, description: "How to fix a refusal; null if the person is let in." })
  remedy!: string | null;

  @Field(() => String, { nullable: true, description: "For a refusal: what was expected and what came." })
  detail!: string | null;

  @Field(() => ID, {
    nullable: true,
    description: "The account; null if a new one is created or none is recognised.",
  })
  userId!: string | null;

  @Field(() => [String], { description: "The keys of the roles that the person has afterwards; empty for a refusal." })
  roleKeys!: readonly string[];

  @Field(() => [ID], {
    description: "The groups that the connection's mappings put the person into; empty for a refusal.",
  })
  groupIds!: readonly string[];

  @Field(() => Boolean, { description: "Whether the sign-in takes a seat that the person does not have yet." })
  takesSeat!: boolean;

  @Field(() => Boolean, {
    description: "Whether a new account waits for approval, so that the person is not let in yet.",
  })
  awaitsApproval!: boolean;
}

@ObjectType("SignInPreview", {
  description: "What a sign-in would do. Nothing was changed, and nobody was signed in.",
  simpleResolvers: true,
})
export class SignInPreviewType {
  @Field(() => JsonScalar, {
    nullable: true,
    description: "The claims that the preview used, without tokens; null if the connection type shows none.",
  })
  claims!: ShownClaims | null;

  @Field(() => [ProfileFieldType], { description: "The fields that the provider supplies." })
  profile!: readonly ProfileFieldType[];

  @Field(() => [SignInRuleType], { description: "Every mapping of the connection, in its order." })
  rules!: readonly SignInRuleType[];

  @Field(() => SignInDecisionType, { description: "What the sign-in would do." })
  decision!: SignInDecisionType;
}
