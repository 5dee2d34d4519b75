/** What the mutations of mappings take and answer. */
import { Field, ID, InputType, Int, ObjectType } from "type-graphql";
import { RoleKeyScalar } from "../../people/role/role-key.scalar.js";
import { MOST_MAPPINGS } from "../mapping/check-mappings.js";
import type { RuleOperator } from "../mapping/mapping.js";
import { SsoConnectionType } from "./connection.type.js";
import { RuleOperatorEnum } from "./mapping.type.js";

const CONNECTION = "The connection whose mappings to replace.";
const EXPECTED_VERSION =
  "The connection's version that you know. The change is refused with VERSION_CONFLICT when it is no longer that.";
const MAPPINGS = `All mappings of this kind from now on, at most ${MOST_MAPPINGS}; none for an empty list. One that stays as it was keeps its id.`;
const CLAIM = "The claim's name, at most 500 characters; `groups` are the groups, whatever the provider calls them.";
const VALUE =
  "What the claim is compared with, at most 1000 characters; for MATCHES a pattern in RE2 syntax. Not for ONE_OF.";
const VALUES = "What the claim is compared with under ONE_OF. Not beside `value`.";
const IGNORE_CASE = "Whether upper and lower case count for the same; false when left out.";

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
export class SetAttributeMappingsInput {
  @Field(() => ID, { description: CONNECTION })
  connectionId!: string;

  @Field(() => Int, { nullable: true, description: EXPECTED_VERSION })
  expectedVersion?: number | null;

  @Field(() => [AttributeMappingInput], { description: MAPPINGS })
  mappings!: AttributeMappingInput[];
}

@InputType({ description: "A rule that is to give a role." })
export class RoleMappingInput {
  @Field(() => String, { description: CLAIM })
  claim!: string;

  @Field(() => RuleOperatorEnum, { description: "How the claim is looked at." })
  operator!: RuleOperator;

  @Field(() => String, { nullable: true, description: VALUE })
  value?: string | null;

  @Field(() => [String], { nullable: true, description: VALUES })
  values?: string[] | null;

  @Field(() => Boolean, { nullable: true, description: IGNORE_CASE })
  ignoreCase?: boolean | null;

  @Field(() => RoleKeyScalar, {
    description: "The role that it gives. Nobody maps to one that grants more than they hold.",
  })
  roleKey!: string;
}

@InputType({ description: "The role mappings that a connection is to have." })
export class SetRoleMappingsInput {
  @Field(() => ID, { description: CONNECTION })
  connectionId!: string;

  @Field(() => Int, { nullable: true, description: EXPECTED_VERSION })
  expectedVersion?: number | null;

  @Field(() => [RoleMappingInput], { description: MAPPINGS })
  mappings!: RoleMappingInput[];
}

@InputType({ description: "A rule that is to put people into a group." })
export class GroupMappingInput {
  @Field(() => String, { description: CLAIM })
  claim!: string;

  @Field(() => RuleOperatorEnum, { description: "How the claim is looked at." })
  operator!: RuleOperator;

  @Field(() => String, { nullable: true, description: VALUE })
  value?: string | null;

  @Field(() => [String], { nullable: true, description: VALUES })
  values?: string[] | null;

  @Field(() => Boolean, { nullable: true, description: IGNORE_CASE })
  ignoreCase?: boolean | null;

  @Field(() => ID, { description: "The group that it fills, one of the connection's organization." })
  groupId!: string;
}

@InputType({ description: "The group mappings that a connection is to have." })
export class SetGroupMappingsInput {
  @Field(() => ID, { description: CONNECTION })
  connectionId!: string;

  @Field(() => Int, { nullable: true, description: EXPECTED_VERSION })
  expectedVersion?: number | null;

  @Field(() => [GroupMappingInput], { description: MAPPINGS })
  mappings!: GroupMappingInput[];
}

@ObjectType({ description: "What setAttributeMappings answers.", simpleResolvers: true })
export class SetAttributeMappingsPayload {
  @Field(() => SsoConnectionType, { description: "The connection as it is now." })
  connection!: SsoConnectionType;
}

@ObjectType({ description: "What setRoleMappings answers.", simpleResolvers: true })
export class SetRoleMappingsPayload {
  @Field(() => SsoConnectionType, { description: "The connection as it is now." })
  connection!: SsoConnectionType;
}

@ObjectType({ description: "What setGroupMappings answers.", simpleResolvers: true })
export class SetGroupMappingsPayload {
  @Field(() => SsoConnectionType, { description: "The connection as it is now." })
  connection!: SsoConnectionType;
}
