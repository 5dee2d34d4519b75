/** The cause of a change in the schema, for events and audit entries. */
import { Field, ID, ObjectType, registerEnumType } from "type-graphql";
import type { Cause } from "./caller.js";

/** The compiler keeps the list complete. */
const CAUSE_KINDS: Readonly<Record<Cause["kind"], string>> = {
  SIGN_IN: "A sign-in. The actor is the connection; null for a one-time link or a password.",
  SCIM: "A SCIM request. The actor is the provisioning directory.",
  IMPORT: "A line of an employee file.",
  API_KEY: "A program. The actor is its API key.",
  ADMINISTRATOR: "A signed-in person who administers the organization. The actor is the user.",
  OPERATOR: "The operator of the installation. The actor is the operator key.",
  PERSON: "A person who changed their own account. The actor is the user.",
  SYSTEM: "Usher itself. There is no actor.",
};

/** Stands for the enum `CauseKind` in decorators. */
const CauseKindEnum = Object.fromEntries(Object.keys(CAUSE_KINDS).map((kind) => [kind, kind])) as {
  readonly [Kind in Cause["kind"]]: Kind;
};

registerEnumType(CauseKindEnum, {
  name: "CauseKind",
  description: "What kind of caller or process made a change.",
  valuesConfig: Object.fromEntries(
    Object.entries(CAUSE_KINDS).map(([kind, description]) => [kind, { description }]),
  ) as Record<Cause["kind"], { description: string }>,
});

@ObjectType("Cause", { description: "What caused a change.", simpleResolvers: true })
export class CauseType {
  @Field(() => CauseKindEnum, { description: "What kind of caller or process made the change." })
  kind!: Cause["kind"];

  @Field(() => ID, {
    nullable: true,
    description:
      "The id of the user, API key, connection or directory that acted. null for Usher itself, a one-time link and a password.",
  })
  actor!: string | null;
}
