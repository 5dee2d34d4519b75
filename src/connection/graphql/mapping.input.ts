/** What the mutations of mappings take and answer. */
import { Field, ID, InputType, Int, ObjectType } from "type-graphql";
import { RoleKeyScalar } from "../../people/role/role-key.scalar.js";
import { MOST_MAPPINGS } from "../mapping/check-mappings.js";
import type { RuleOperator } from "../mapping/mapping.js";
import { ChangedConnection } from "./connection.input.js";
import { RuleOperatorEnum } from "./mapping.type.js";

const MAPPINGS = `All mappings of this kind from now on, at most ${MOST_MAPPINGS}; none for an empty list. One that stays as it was keeps its id.`;

/** What the inputs that set mappings inherit; not in the schema by itself. */
@InputType()
abstract class SetMappingsInput {
  @Field(() => ID, { description: "The connection whose mappings to replace." })
  connectionId!: string;

  @Field(() => Int, {
    nullable: true,
    description:
      "The connection's version that you know. The change is refused with VERSION_CONFLICT when it is no longer that.",
  })
  expectedVersion?: number | null;
}

/** What inputs of rules inherit; not in the schema by itself. */
@InputType()
abstract class RuleInput {
  @Field(() => String, {
    description: "The claim's name, at most 500 characters; `groups` are the groups, whatever the provider calls them.",
  })
  claim!: string;

  @Field(() => RuleOperatorEnum, { description: "How the claim is looked at." })
  operator!: RuleOperator;

  @Field(() => String, {
    nullable: true,
    description:
      "What the claim is compared with, at most 1000 characters; for MATCHES a pattern in RE2 syntax. Not for ONE_OF.",
  })
  value?: string | null;

  @Field(() => [String], {
    nullable: true,
    description: "What the claim is compared with under ONE_OF. Not beside `value`.",
  })
  values?: string[] | null;

  @Field(() => Boolean, {
    nullable: true,
    description: "Whether upper and lower case count for the same; false when left out.",
  })
  ignoreCase?: boolean | null;
}

@InputType({ description: "A claim that is to become a field of the profile." })
export class AttributeMappingInput {
  @Field(() => String, { description: "The claim's name, at most 500 characters." })
  claim!: string;

  @Field(() => String, {
    description:
      "The field: `email`, `username`, `firstName`, `lastName`, `fullName`, `employeeId`, `phone`, `jobTitle`, `department`, `division`, `streetAddress`, `city`, `state`, `zipCode`, `managerName`, `managerEmail`, `costCenter`, `locale`, `timeZone`, or `custom.NAME` for an attribute of your own.",
  })
  field!: string;
}

@InputType({ description: "The attribute mappings that a connection is to have." })
export class SetAttributeMappingsInput extends SetMappingsInput {
  @Field(() => [AttributeMappingInput], { description: MAPPINGS })
  mappings!: AttributeMappingInput[];
}

@InputType({ description: "A rule that is to give a role." })
export class RoleMappingInput extends RuleInput {
  @Field(() => RoleKeyScalar, {
    description: "The role that it gives. Nobody maps to one that grants more than they hold.",
  })
  roleKey!: string;
}

@InputType({ description: "The role mappings that a connection is to have." })
export class SetRoleMappingsInput extends SetMappingsInput {
  @Field(() => [RoleMappingInput], { description: MAPPINGS })
  mappings!: RoleMappingInput[];
}

@InputType({ description: "A rule that is to put people into a group." })
export class GroupMappingInput extends RuleInput {
  @Field(() => ID, { description: "The group that it fills, one of the connection's organization." })
  groupId!: string;
}

@InputType({ description: "The group mappings that a connection is to have." })
export class SetGroupMappingsInput extends SetMappingsInput {
  @Field(() => [GroupMappingInput], { description: MAPPINGS })
  mappings!: GroupMappingInput[];
}

@ObjectType({ description: "What setAttributeMappings answers." })
export class SetAttributeMappingsPayload extends ChangedConnection {}

@ObjectType({ description: "What setRoleMappings answers." })
export class SetRoleMappingsPayload extends ChangedConnection {}

@ObjectType({ description: "What setGroupMappings answers." })
export class SetGroupMappingsPayload extends ChangedConnection {}
