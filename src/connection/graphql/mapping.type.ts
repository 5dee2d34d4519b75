/** Mappings in the schema: what turns the claims of a provider into fields, roles and groups. */
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
  description: "How a rule looks at a claim. A claim may have many values; one that fits is enough.",
  valuesConfig: {
    EQUALS: { description: "The value is this one." },
    ONE_OF: { description: "The value is one of these." },
    CONTAINS: { description: "This occurs somewhere in the value." },
    MATCHES: { description: "The whole value matches this pattern in RE2 syntax." },
  },
});

const MAPPING_ID =
  "The mapping's id. It stays as long as the mapping says the same, and grants and memberships name it.";

@ObjectType("AttributeMapping", {
  description: "A claim that becomes a field of the profile.",
  simpleResolvers: true,
})
export class AttributeMappingType {
  @Field(() => ID, { description: MAPPING_ID })
  id!: string;

  @Field(() => Int, {
    description:
      "Its place in the list, from 1 on: of two mappings to one field, the first whose claim is sent decides.",
  })
  position!: number;

  @Field(() => String, { description: "The claim's name." })
  claim!: string;

  @Field(() => String, { description: "The field, such as `department`, or `custom.NAME`." })
  field!: string;
}

/** What types of rules inherit; not in the schema by itself. */
@ObjectType({ simpleResolvers: true })
abstract class RuleType {
  @Field(() => ID, { description: MAPPING_ID })
  id!: string;

  @Field(() => Int, { description: "Its place in the list, from 1 on." })
  position!: number;

  @Field(() => String, { description: "The claim's name; `groups` are the groups, whatever the provider calls them." })
  claim!: string;

  @Field(() => RuleOperatorEnum, { description: "How the claim is looked at." })
  operator!: RuleOperator;

  @Field(() => [String], { description: "What the claim is compared with; several for ONE_OF only." })
  values!: readonly string[];

  @Field(() => Boolean, { description: "Whether upper and lower case count for the same." })
  ignoreCase!: boolean;
}

@ObjectType("RoleMapping", { description: "A rule that gives a role to whoever satisfies it.", simpleResolvers: true })
export class RoleMappingType extends RuleType {
  @Field(() => RoleType, { description: "The role that it gives." })
  role!: RoleType;
}

@ObjectType("GroupMapping", {
  description:
    "A rule that puts whoever satisfies it into a group. When the group is deleted, the mapping goes with it.",
  simpleResolvers: true,
})
export class GroupMappingType extends RuleType {
  @Field(() => GroupType, { description: "The group that it fills." })
  group!: GroupType;
}
