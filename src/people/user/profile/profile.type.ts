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
  description: "The source of a field's value.",
  valuesConfig: {
    SCIM: { description: "The company's directory, through SCIM." },
    SSO: { description: "The identity provider, at a sign-in." },
    FILE: { description: "An imported employee file." },
    ADMIN: { description: "An administrator." },
    API: { description: "A client with an API key." },
    PERSON: { description: "The person." },
  },
});

/** Stands for the enum `UserFieldName` in decorators: the schema's name of each field. */
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
  description: "A field of a person that can be empty.",
  valuesConfig: {
    USERNAME: { description: "The person's username at the identity provider." },
    EMPLOYEE_ID: { description: "The number or name by which the company identifies the person." },
    PHONE: { description: "The telephone number." },
    JOB_TITLE: { description: "The job title." },
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
  description: "A value of a person's field, with its source and its age.",
  simpleResolvers: true,
})
export class UserFieldValueType {
  @Field(() => String, {
    description:
      "The field's name in inputs, such as `costCenter`, or `custom.NAME` for an attribute of the organization.",
  })
  field!: string;

  @Field(() => String, {
    description: "The value. In `fieldValues`, an empty text means that the source gives an explicit empty value.",
  })
  value!: string;

  @Field(() => FieldSourceEnum, { description: "The source that gave the value." })
  source!: FieldSource;

  @Field(() => ID, {
    nullable: true,
    description:
      "The connection, directory, import, user or API key that gave the value; null if it is not known or you may not see it.",
  })
  sourceId!: string | null;

  @Field(() => Date, { description: "When this source first gave this value." })
  updatedAt!: Date;
}
