/** The sources of a user's roles, in the schema. */
import { Field, ID, ObjectType, registerEnumType } from "type-graphql";
import type { Role, RoleGrant } from "./role.js";
import { RoleType } from "./role.type.js";

/** Stands for the enum `RoleGrantSource` in decorators. */
const RoleGrantSourceEnum: { readonly [Value in RoleGrant["source"]]: Value } = {
  DEFAULT: "DEFAULT",
  ADMIN: "ADMIN",
  API: "API",
  MAPPING: "MAPPING",
  SCIM: "SCIM",
};

registerEnumType(RoleGrantSourceEnum, {
  name: "RoleGrantSource",
  description: "What gives roles.",
  valuesConfig: {
    DEFAULT: { description: "The organization's policy `defaultRole`, because nothing named a role." },
    ADMIN: { description: "An administrator or the operator, by hand." },
    API: { description: "A client with an API key." },
    MAPPING: {
      description:
        "A role mapping: of a connection, at a sign-in or a change by its directory, or of a directory with mappings of its own.",
    },
    SCIM: { description: "The provider of a directory, by naming the role in a user's `roles`." },
  },
});

@ObjectType("RoleGrant", { description: "A role of a user, with its source.", simpleResolvers: true })
export class RoleGrantType {
  @Field(() => RoleType, { description: "The role." })
  role!: Role;

  @Field(() => RoleGrantSourceEnum, { description: "What gave it." })
  source!: RoleGrant["source"];

  @Field(() => ID, {
    nullable: true,
    description: "The mapping that gave it, which may no longer exist; null for other sources.",
  })
  mappingId!: string | null;

  @Field(() => ID, {
    nullable: true,
    description: "The connection whose mapping gave it, which may no longer exist; null for other sources.",
  })
  connectionId!: string | null;

  @Field(() => ID, {
    nullable: true,
    description:
      "The provisioning directory that gave it, by a mapping of its own or by `roles`, and which may no longer exist; null for other sources.",
  })
  directoryId!: string | null;

  @Field(() => Date, { description: "When this source gave it." })
  givenAt!: Date;
}
