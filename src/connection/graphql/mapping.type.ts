/** Mappings in the schema. */
import { Field, ID, Int, ObjectType, registerEnumType } from "type-graphql";
import { GroupType } from "../../people/group/group.type.js";
import { RoleType } from "../../people/role/role.type.js";
import type { RuleOperator } from "../mapping/mapping.js";

/** Stands for the enum `RuleOperator` in decorators. */
export const RuleOperatorEnum: { readonly [Operator in RuleOperator]: Operator } = {
  EQUALS: "EQUALS",
  ONE_OF: "ONE_OF",
  CONTAINS: "CONTAINS",
  MATCHES: "MATCHES",
};

registerEnumType(RuleOperatorEnum, {
  name: "RuleOperator",
  description: "How a rule compares a claim. If the claim has many values, one that matches is enough.",
  valuesConfig: {
    EQUALS: { description: "The claim equals the value." },
    ONE_OF: { description: "The claim equals one of the values." },
    CONTAINS: { description: "The claim contains the value." },
    MATCHES: { description: "The whole claim matches the pattern, in RE2 syntax." },
  },
});

const MAPPING_ID =
  "The mapping's id. It stays the same while the mapping is unchanged. Grants and memberships refer to it.";

@ObjectType("AttributeMapping", {
  description: "A mapping from a claim to a field of the profile.",
  simpleResolvers: true,
})
export class AttributeMappingType {
  @Field(() => ID, { description: MAPPING_ID })
  id!: string;

  @Field(() => Int, {
    description:
      "The place in the list, from 1. If several mappings name one field, the first whose claim was sent decides.",
  })
  position!: number;

  @Field(() => String, { description: "The claim's name." })
  claim!: string;

  @Field(() => String, { description: "The field, such as `department`, or `custom.NAME`." })
  field!: string;
}

/** The base of types of rules; not in the schema. */
@ObjectType({ simpleResolvers: true })
abstract class RuleType {
  @Field(() => ID, { description: MAPPING_ID })
  id!: string;

  @Field(() => Int, { description: "The place in the list, from 1." })
  position!: number;

  @Field(() => String, {
    description: "The claim's name. `groups` names the groups claim, whatever the provider calls it.",
  })
  claim!: string;

  @Field(() => RuleOperatorEnum, { description: "How the claim is compared." })
  operator!: RuleOperator;

  @Field(() => [String], { description: "The values to compare the claim with. Only ONE_OF has several." })
  values!: readonly string[];

  @Field(() => Boolean, { description: "Whether upper and lower case count as the same." })
  ignoreCase!: boolean;
}

@ObjectType("RoleMapping", {
  description: "A rule that gives a role to the people who satisfy it.",
  simpleResolvers: true,
})
export class RoleMappingType extends RuleType {
  @Field(() => RoleType, { description: "The role that the rule gives." })
  role!: RoleType;
}

@ObjectType("GroupMapping", {
  description:
    "A rule that adds the people who satisfy it to a group. If the group is deleted, the mapping is deleted, too.",
  simpleResolvers: true,
})
export class GroupMappingType extends RuleType {
  @Field(() => GroupType, { description: "The group that the rule adds people to." })
  group!: GroupType;
}
