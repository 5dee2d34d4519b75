/** The GraphQL types of a connection's policies, made from their declarations. */
import { InputType, ObjectType, registerEnumType, type ClassType } from "type-graphql";
import {
  CONNECTION_POLICIES,
  type ChoicePolicy,
  type ConnectionPolicies,
  type ConnectionPoliciesChange,
  type ConnectionPolicy,
} from "../stored/policies.js";
import { declareField, makeClass } from "./declare.js";

/** The policies as they hold. */
export const ConnectionPoliciesType = makeClass("ConnectionPolicies") as unknown as ClassType<ConnectionPolicies>;
ObjectType("ConnectionPolicies", {
  description: "What an organization has decided about accounts that come through a connection.",
  simpleResolvers: true,
})(ConnectionPoliciesType);

/** Policies to change. */
export const ConnectionPoliciesInput = makeClass(
  "ConnectionPoliciesInput",
) as unknown as ClassType<ConnectionPoliciesChange>;
InputType("ConnectionPoliciesInput", {
  description: "Policies to change. What is left out stays; null brings the default back.",
})(ConnectionPoliciesInput);

for (const [name, policy] of Object.entries(CONNECTION_POLICIES) as [string, ConnectionPolicy][]) {
  const type = policy.kind === "switch" ? Boolean : registerChoice(policy);
  declareField(ConnectionPoliciesType, name, () => type, { nullable: false, description: policy.description });
  declareField(ConnectionPoliciesInput, name, () => type, {
    nullable: true,
    description: `${policy.description} Default: \`${policy.default}\`.`,
  });
}

/** The enum of a policy, by the object that stands for it in decorators. */
function registerChoice(policy: ChoicePolicy): Readonly<Record<string, string>> {
  const values = Object.fromEntries(Object.keys(policy.values).map((value) => [value, value]));
  registerEnumType(values, {
    name: policy.enumName,
    description: policy.description,
    valuesConfig: Object.fromEntries(
      Object.entries(policy.values).map(([value, description]) => [value, { description }]),
    ),
  });
  return values;
}
