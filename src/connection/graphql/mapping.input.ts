/** Inputs and payloads of the mutations of mappings. */
import { Field, ID, InputType, Int, ObjectType } from "type-graphql";
import { RoleKeyScalar } from "../../people/role/role-key.scalar.js";
import { MOST_MAPPINGS } from "../mapping/check-mappings.js";
import type { RuleOperator } from "../mapping/mapping.js";
import { ChangedConnection } from "./connection.input.js";
import { RuleOperatorEnum } from "./mapping.type.js";

const MAPPINGS = `The new list of mappings of this kind, at most ${MOST_MAPPINGS}. It replaces the old list. Unchanged mappings keep their id.`;

/** The base of inputs that set mappings; not in the schema. */
@InputType()
abstract class SetMappingsInput {
  @Field(() => ID, { description: "The connection whose mappings to replace." })
  connectionId!: string;

  @Field(() => Int, {
    nullable: true,
    description:
      "The connection's version that you have read. If the connection has changed since, the change is refused with VERSION_CONFLICT.",
  })
  expectedVersion?: number | null;
}

/** The base of inputs of rules; not in the schema. */
@InputType()
abstract class RuleInput {
  @Field(() => String, {
    description:
      "The claim's name, at most 500 characters. `groups` names the groups claim, whatever the provider calls it.",
  })
  claim!: string;

  @Field(() => RuleOperatorEnum, { description: "How the claim is compared." })
  operator!: RuleOperator;

  @Field(() => String, {
    nullable: true,
    description:
      "The value to compare the claim with, at most 1000 characters. For MATCHES, a pattern in RE2 syntax. For ONE_OF, send `values` if there are several.",
  })
  value?: string | null;

  @Field(() => [String], {
    nullable: true,
    description: "The values to compare the claim with, for ONE_OF. Send either `value` or `values`.",
  })
  values?: string[] | null;

  @Field(() => Boolean, {
    nullable: true,
    description: "Whether upper and lower case count as the same. Default: false.",
  })
  ignoreCase?: boolean | null;
}

@InputType({ description: "A mapping from a claim to a field of the profile." })
export class AttributeMappingInput {
  @Field(() => String, { description: "The claim's name, at most 500 characters." })
  claim!: string;

  @Field(() => String, {
    description:
      "The field: `email`, `username`, `firstName`, `lastName`, `fullName`, `employeeId`, `phone`, `jobTitle`, `department`, `division`, `streetAddress`, `city`, `state`, `zipCode`, `managerName`, `managerEmail`, `costCenter`, `locale`, `timeZone`, or `custom.NAME` for an attribute of your own.",
  })
  field!: string;
}

@InputType({ description: "The new attribute mappings of a connection." })
export class SetAttributeMappingsInput extends SetMappingsInput {
  @Field(() => [AttributeMappingInput], { description: MAPPINGS })
  mappings!: AttributeMappingInput[];
}

@InputType({ description: "A rule that gives a role." })
export class RoleMappingInput extends RuleInput {
  @Field(() => RoleKeyScalar, {
    description: "The role that the rule gives. You must hold every permission of the role.",
  })
  roleKey!: string;
}

@InputType({ description: "The new role mappings of a connection." })
export class SetRoleMappingsInput extends SetMappingsInput {
  @Field(() => [RoleMappingInput], { description: MAPPINGS })
  mappings!: RoleMappingInput[];
}

@InputType({ description: "A rule that adds people to a group." })
export class GroupMappingInput extends RuleInput {
  @Field(() => ID, { description: "The group that the rule adds people to, of the connection's organization." })
  groupId!: string;
}

@InputType({ description: "The new group mappings of a connection." })
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
