/** What set a change off, in the schema: events and audit entries tell it alike. */
import { Field, ID, ObjectType, registerEnumType } from "type-graphql";
import type { Cause } from "./caller.js";

/** What each kind of cause means. The compiler keeps the list complete. */
const CAUSE_KINDS: Readonly<Record<Cause["kind"], string>> = {
  SIGN_IN: "A sign-in; the actor is the connection, and null where a one-time link let the person in.",
  SCIM: "A SCIM request; the actor is the provisioning directory.",
  IMPORT: "A line of an employee file.",
  API_KEY: "A program; the actor is its API key.",
  ADMINISTRATOR: "A signed-in person who administers the organization; the actor is the user.",
  OPERATOR: "Whoever runs the installation; the actor is the operator key.",
  PERSON: "A person, about the own account; the actor is the user.",
  SYSTEM: "Usher itself; there is no actor.",
};

/** Stands for the enum `CauseKind` in decorators. */
const CauseKindEnum = Object.fromEntries(Object.keys(CAUSE_KINDS).map((kind) => [kind, kind])) as {
  readonly [Kind in Cause["kind"]]: Kind;
};

registerEnumType(CauseKindEnum, {
  name: "CauseKind",
  description: "The door through which a change came.",
  valuesConfig: Object.fromEntries(
    Object.entries(CAUSE_KINDS).map(([kind, description]) => [kind, { description }]),
  ) as Record<Cause["kind"], { description: string }>,
});

@ObjectType("Cause", { description: "What set a change off.", simpleResolvers: true })
export class CauseType {
  @Field(() => CauseKindEnum, { description: "The door through which the change came." })
  kind!: Cause["kind"];

  @Field(() => ID, {
    nullable: true,
    description:
      "The id of the user, API key, connection or directory that acted; null where Usher itself or a one-time link did.",
  })
  actor!: string | null;
}
