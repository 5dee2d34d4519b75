/** A person's fields and where their values come from, in the schema. */
import { Field, ID, ObjectType, registerEnumType } from "type-graphql";
import type { FieldSource } from "./field.js";
import type { MissingField } from "../list/user-filter.js";

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

/** Stands for the enum `UserFieldName` in decorators: names of the schema, with the fields that they mean. */
export const UserFieldNameEnum = {
  USERNAME: "username",
  EMPLOYEE_ID: "employeeId",
  PHONE: "phone",
  JOB_TITLE: "jobTitle",
  DEPARTMENT: "department",
  DIVISION: "division",
  STREET_ADDRESS: "streetAddress",
  CITY: "city",
  STATE: "state",
  ZIP_CODE: "zipCode",
  MANAGER_NAME: "managerName",
  MANAGER_EMAIL: "managerEmail",
  COST_CENTER: "costCenter",
  LOCALE: "locale",
  TIME_ZONE: "timeZone",
} as const satisfies Readonly<Record<string, MissingField>>;

registerEnumType(UserFieldNameEnum, {
  name: "UserFieldName",
  description: "A field of a person that can be without a value.",
  valuesConfig: {
    USERNAME: { description: "The name that the person has at the provider." },
    EMPLOYEE_ID: { description: "The number or name that the company knows the person by." },
    PHONE: { description: "The telephone number." },
    JOB_TITLE: { description: "What the person works as." },
    DEPARTMENT: { description: "The department." },
    DIVISION: { description: "The division." },
    STREET_ADDRESS: { description: "Street and number of the address." },
    CITY: { description: "The city of the address." },
    STATE: { description: "The state or region of the address." },
    ZIP_CODE: { description: "The postal code of the address." },
    MANAGER_NAME: { description: "The manager's name." },
    MANAGER_EMAIL: { description: "The manager's e-mail address." },
    COST_CENTER: { description: "The cost center." },
    LOCALE: { description: "The language." },
    TIME_ZONE: { description: "The time zone." },
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
