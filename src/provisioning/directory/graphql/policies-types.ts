/** The GraphQL types of a directory's own policies. The values are those of a connection's policies. */
import { InputType, ObjectType, type ClassType } from "type-graphql";
import { policyEnum } from "../../../connection/graphql/policies-types.js";
import {
  DEFAULT_CONNECTION_POLICIES,
  type ConnectionPolicies,
  type ConnectionPoliciesChange,
} from "../../../connection/stored/policies.js";
import { declareField, makeClass } from "../../../platform/graphql/declare.js";
import { DIRECTORY_POLICIES, type DirectoryPolicy } from "../stored/directory.js";

const DESCRIPTIONS: Readonly<Record<DirectoryPolicy, string>> = {
  profileUpdate: "When the directory changes the profile of an account that exists.",
  roleSync: "What happens to roles when none of the directory's role mappings matches.",
  missingGroups: "What it means for groups and roles that the provider sends no groups at all.",
  groupRemoval: "When a change removes memberships that the directory's own mappings gave and no longer give.",
};

export const DirectoryPoliciesType = makeClass("ProvisioningPolicies") as unknown as ClassType<
  Pick<ConnectionPolicies, DirectoryPolicy>
>;
ObjectType("ProvisioningPolicies", {
  description: "Policies of a directory that is not linked to a connection. A linked one follows its connection's.",
  simpleResolvers: true,
})(DirectoryPoliciesType);

export const DirectoryPoliciesInput = makeClass("ProvisioningPoliciesInput") as unknown as ClassType<
  Pick<ConnectionPoliciesChange, DirectoryPolicy>
>;
InputType("ProvisioningPoliciesInput", {
  description: "Policies to change. A policy that is left out stays as it is; null restores the default.",
})(DirectoryPoliciesInput);

for (const name of DIRECTORY_POLICIES) {
  const description = DESCRIPTIONS[name];
  declareField(DirectoryPoliciesType, name, () => policyEnum(name), { nullable: false, description });
  declareField(DirectoryPoliciesInput, name, () => policyEnum(name), {
    nullable: true,
    description: `${description} Default: \`${DEFAULT_CONNECTION_POLICIES[name]}\`.`,
  });
}
