/** The GraphQL types of a connection's policies, made from their declarations. */
import { InputType, ObjectType, registerEnumType, type ClassType } from "type-graphql";
import {
  CONNECTION_POLICIES,
  type ChoicePolicy,
  type ConnectionPolicies,
  type ConnectionPoliciesChange,
  type ConnectionPolicy,
  type PolicyName,
} from "../stored/policies.js";
import { declareField, makeClass } from "../../platform/graphql/declare.js";

export const ConnectionPoliciesType = makeClass("ConnectionPolicies") as unknown as ClassType<ConnectionPolicies>;
ObjectType("ConnectionPolicies", {
  description: "What an organization has decided about accounts that people sign in to through a connection.",
  simpleResolvers: true,
})(ConnectionPoliciesType);

export const ConnectionPoliciesInput = makeClass(
  "ConnectionPoliciesInput",
) as unknown as ClassType<ConnectionPoliciesChange>;
InputType("ConnectionPoliciesInput", {
  description: "Policies to change. A policy that is left out stays as it is; null restores the default.",
})(ConnectionPoliciesInput);

const enums = new Map<string, Readonly<Record<string, string>>>();

/** The enum of a policy, for arguments. */
export function policyEnum(name: PolicyName): Readonly<Record<string, string>> {
  const values = enums.get(name);
  if (values === undefined) throw new Error(`the policy ${name} has no enum`);
  return values;
}

for (const [name, policy] of Object.entries(CONNECTION_POLICIES) as [string, ConnectionPolicy][]) {
  const type = policy.kind === "switch" ? Boolean : registerChoice(name, policy);
  declareField(ConnectionPoliciesType, name, () => type, { nullable: false, description: policy.description });
  declareField(ConnectionPoliciesInput, name, () => type, {
    nullable: true,
    description: `${policy.description} Default: \`${policy.default}\`.`,
  });
}

/** Registers the enum of a policy, and returns the object that stands for it in decorators. */
function registerChoice(name: string, policy: ChoicePolicy): Readonly<Record<string, string>> {
  const values = Object.fromEntries(Object.keys(policy.values).map((value) => [value, value]));
  enums.set(name, values);
  registerEnumType(values, {
    name: policy.enumName,
    description: policy.description,
    valuesConfig: Object.fromEntries(
      Object.entries(policy.values).map(([value, description]) => [value, { description }]),
    ),
  });
  return values;
}
