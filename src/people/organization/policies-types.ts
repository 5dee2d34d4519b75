/** The GraphQL types of an organization's policies, made from their declarations. */
import { Field, InputType, Int, ObjectType, registerEnumType, type ClassType } from "type-graphql";
import { declareField } from "../../platform/graphql/declare.js";
import { RoleKeyScalar } from "../role/role-key.scalar.js";
import { FieldSourceEnum } from "../user/profile/profile.type.js";
import {
  BILLING_CYCLE_ENUM,
  ORGANIZATION_POLICIES,
  type BillingAnchor,
  type DeclaredEnum,
  type DeclaredPolicy,
  type OrganizationPolicies,
  type OrganizationPoliciesChange,
  type PasswordRules,
} from "./policies.js";

class Policies {}
class PoliciesInput {}

/** The policies in responses. */
export const OrganizationPoliciesType = Policies as unknown as ClassType<OrganizationPolicies>;
ObjectType("OrganizationPolicies", {
  description: "An organization's policies for its accounts.",
  simpleResolvers: true,
})(Policies);

/** Policies to change. */
export const OrganizationPoliciesInput = PoliciesInput as unknown as ClassType<OrganizationPoliciesChange>;
InputType("OrganizationPoliciesInput", {
  description: "Changes to policies. Policies that are left out stay; null restores the default.",
})(PoliciesInput);

/** The object that stands for a declared enum in decorators. */
function registerEnum({ name, description, values }: DeclaredEnum): Readonly<Record<string, string>> {
  const standIn = Object.fromEntries(Object.keys(values).map((value) => [value, value]));
  registerEnumType(standIn, {
    name,
    description,
    valuesConfig: Object.fromEntries(
      Object.entries(values).map(([value, meaning]) => [value, { description: meaning }]),
    ),
  });
  return standIn;
}

const BillingCycleEnum = registerEnum(BILLING_CYCLE_ENUM);

@ObjectType("BillingAnchor", {
  description: "When billing cycles begin, and how long they last.",
  simpleResolvers: true,
})
class BillingAnchorType {
  @Field(() => BillingCycleEnum, { description: "How long a cycle lasts." })
  cycle!: BillingAnchor["cycle"];

  @Field(() => Int, { description: "The day of the month on which a cycle begins, from 1 to 28." })
  day!: number;

  @Field(() => Int, { description: "The month in which a yearly cycle begins, from 1 to 12." })
  month!: number;
}

@InputType("BillingAnchorInput", {
  description: "When billing cycles begin. Fields that are left out stay; null restores the default.",
})
class BillingAnchorInput {
  @Field(() => BillingCycleEnum, { nullable: true, description: "How long a cycle lasts. Default: `MONTH`." })
  cycle?: BillingAnchor["cycle"] | null;

  @Field(() => Int, {
    nullable: true,
    description: "The day of the month on which a cycle begins, from 1 to 28. Default: 1.",
  })
  day?: number | null;

  @Field(() => Int, {
    nullable: true,
    description: "The month in which a yearly cycle begins, from 1 to 12. Default: 1.",
  })
  month?: number | null;
}

@ObjectType("PasswordRules", { description: "What passwords must be.", simpleResolvers: true })
class PasswordRulesType implements PasswordRules {
  @Field(() => Int, { description: "The fewest characters." })
  shortestLength!: number;

  @Field(() => Int, {
    nullable: true,
    description: "Days after which a person must set a new password at the sign-in; null for never.",
  })
  maximumAgeDays!: number | null;
}

@InputType("PasswordRulesInput", {
  description: "What passwords must be. Fields that are left out stay; null restores the default.",
})
class PasswordRulesInput {
  @Field(() => Int, { nullable: true, description: "The fewest characters, from 8 to 64. Default: 12." })
  shortestLength?: number | null;

  @Field(() => Int, {
    nullable: true,
    description:
      "Days after which a person must set a new password at the sign-in, from 1 to 3650. Default: null, for never, as NIST SP 800-63B recommends.",
  })
  maximumAgeDays?: number | null;
}

/** The types that `@Field(() => …)` takes for a policy, in responses and in inputs. */
function typesOf(policy: DeclaredPolicy): { readonly answer: unknown; readonly input: unknown } {
  switch (policy.kind) {
    case "choice": {
      const type = registerEnum(policy.enum);
      return { answer: type, input: type };
    }
    case "precedence":
      return { answer: [FieldSourceEnum], input: [FieldSourceEnum] };
    case "switch":
      return { answer: Boolean, input: Boolean };
    case "number":
      return { answer: Int, input: Int };
    case "roleKey":
      return { answer: RoleKeyScalar, input: RoleKeyScalar };
    case "passwordRules":
      return { answer: PasswordRulesType, input: PasswordRulesInput };
    case "anchor":
      return { answer: BillingAnchorType, input: BillingAnchorInput };
  }
}

for (const [name, policy] of Object.entries(ORGANIZATION_POLICIES) as [string, DeclaredPolicy][]) {
  const { answer, input } = typesOf(policy);
  const { description } = policy;
  declareField(Policies, name, () => answer, { description, nullable: false });
  declareField(PoliciesInput, name, () => input, { nullable: true, description });
}
