/** The audit log in the schema. */
import { Field, ID, InputType, ObjectType } from "type-graphql";
import type { Cause } from "../access/caller.js";
import { CauseType } from "../access/cause.type.js";
import { definePage } from "../platform/graphql/paging.js";
import { JsonScalar } from "../platform/graphql/scalars.js";

@ObjectType("AuditSubject", { description: "What somebody acted upon. It may be gone by now.", simpleResolvers: true })
export class AuditSubjectType {
  @Field(() => String, { description: "The kind of thing: `user`, `organization`, `apiKey`, `connection` and others." })
  type!: string;

  @Field(() => ID, { description: "Its id." })
  id!: string;
}

@ObjectType("AuditEntry", {
  description: "Something that somebody did, with what was before and what was after. Secrets are never shown.",
  simpleResolvers: true,
})
export class AuditEntryType {
  @Field(() => ID, { description: "Unique in the installation." })
  id!: string;

  @Field(() => String, { description: "What was done, as `noun.verbed`: `user.updated`." })
  action!: string;

  @Field(() => Date, { description: "When it was done." })
  occurredAt!: Date;

  @Field(() => CauseType, { description: "Who or what did it." })
  cause!: Cause;

  @Field(() => AuditSubjectType, { description: "What it was done to." })
  subject!: AuditSubjectType;

  @Field(() => JsonScalar, { nullable: true, description: "How it was; null where nothing was before." })
  before!: Readonly<Record<string, unknown>> | null;

  @Field(() => JsonScalar, { nullable: true, description: "How it is since; null where nothing is left." })
  after!: Readonly<Record<string, unknown>> | null;
}

export const AuditEntryPage = definePage("AuditEntry", () => AuditEntryType, "Entries of the audit log, newest first.");

@InputType({ description: "Which entries of the audit log to show. What is left out restricts nothing." })
export class AuditLogFilter {
  @Field(() => [String], { nullable: true, description: "Only these actions, such as `user.updated`." })
  actions?: string[] | null;

  @Field(() => ID, { nullable: true, description: "Only what this user, API key, connection or directory did." })
  actor?: string | null;

  @Field(() => String, { nullable: true, description: "Only what was done to things of this kind, such as `user`." })
  subjectType?: string | null;

  @Field(() => ID, { nullable: true, description: "Only what was done to the thing with this id." })
  subjectId?: string | null;

  @Field(() => Date, { nullable: true, description: "Not before this moment." })
  from?: Date | null;

  @Field(() => Date, { nullable: true, description: "Before this moment." })
  to?: Date | null;
}
