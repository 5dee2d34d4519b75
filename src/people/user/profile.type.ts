/** A person's fields and where their values come from, in the schema. */
import { Field, ID, ObjectType, registerEnumType } from "type-graphql";
import type { FieldSource } from "./field.js";

/** Stands for the enum `UserFieldSource` in decorators. */
export const FieldSourceEnum: { readonly [Value in FieldSource]: Value } = {
  SCIM: "SCIM",
  SSO: "SSO",
  FILE: "FILE",
  ADMIN: "ADMIN",
  API: "API",
  PERSON: "PERSON",
};

registerEnumType(FieldSourceEnum, {
  name: "UserFieldSource",
  description: "Who gave a value of a person's field.",
  valuesConfig: {
    SCIM: { description: "The company's directory, through SCIM." },
    SSO: { description: "The identity provider, at a sign-in." },
    FILE: { description: "An imported employee file." },
    ADMIN: { description: "An administrator." },
    API: { description: "A program with an API key." },
    PERSON: { description: "The person." },
  },
});

@ObjectType("UserFieldValue", {
  description: "A value of a person's field, with where it comes from and since when.",
  simpleResolvers: true,
})
export class UserFieldValueType {
  @Field(() => String, {
    description: "The field as inputs name it: `costCenter`, or `custom.NAME` for the organization's own attributes.",
  })
  field!: string;

  @Field(() => String, { description: "The value. Empty in `fieldValues` where the source says that there is none." })
  value!: string;

  @Field(() => FieldSourceEnum, { description: "Who gave it." })
  source!: FieldSource;

  @Field(() => ID, {
    nullable: true,
    description:
      "The connection, directory, import, user or API key that gave it; null where that is not known or not yours to see.",
  })
  sourceId!: string | null;

  @Field(() => Date, { description: "Since when this source gives this value." })
  updatedAt!: Date;
}
