/** The audit log in the schema. */
import { Field, ID, InputType, ObjectType } from "type-graphql";
import type { Cause } from "../access/caller.js";
import { CauseType } from "../access/cause.type.js";
import { definePage } from "../platform/graphql/paging.js";
import { JsonScalar } from "../platform/graphql/scalars.js";

@ObjectType("AuditSubject", { description: "The object of an action. It may no longer exist.", simpleResolvers: true })
export class AuditSubjectType {
  @Field(() => String, {
    description: "The kind of object: `user`, `organization`, `apiKey`, `connection` and others.",
  })
  type!: string;

  @Field(() => ID, { description: "Its id." })
  id!: string;
}

@ObjectType("AuditEntry", {
  description: "An action, with the values before and after it. Secrets are never shown.",
  simpleResolvers: true,
})
export class AuditEntryType {
  @Field(() => ID, { description: "Unique in the installation." })
  id!: string;

  @Field(() => String, { description: "What was done, as `noun.verbed`: `user.updated`." })
  action!: string;

  @Field(() => Date, { description: "When it was done." })
  occurredAt!: Date;

  @Field(() => CauseType, { description: "What caused it." })
  cause!: Cause;

  @Field(() => AuditSubjectType, { description: "The object of the action." })
  subject!: AuditSubjectType;

  @Field(() => JsonScalar, { nullable: true, description: "The values before; null when the object did not exist." })
  before!: Readonly<Record<string, unknown>> | null;

  @Field(() => JsonScalar, { nullable: true, description: "The values after; null when the object no longer exists." })
  after!: Readonly<Record<string, unknown>> | null;
}

export const AuditEntryPage = definePage("AuditEntry", () => AuditEntryType, "Entries of the audit log, newest first.");

@InputType({ description: "Which entries of the audit log to show. Fields that are left out do not filter." })
export class AuditLogFilter {
  @Field(() => [String], { nullable: true, description: "Only these actions, such as `user.updated`." })
  actions?: string[] | null;

  @Field(() => ID, { nullable: true, description: "Only what this user, API key, connection or directory did." })
  actor?: string | null;

  @Field(() => String, { nullable: true, description: "Only actions on objects of this kind, such as `user`." })
  subjectType?: string | null;

  @Field(() => ID, { nullable: true, description: "Only actions on the object with this id." })
  subjectId?: string | null;

  @Field(() => Date, { nullable: true, description: "Only entries at or after this time." })
  from?: Date | null;

  @Field(() => Date, { nullable: true, description: "Only entries before this time." })
  to?: Date | null;
}
