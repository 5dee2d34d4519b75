/** Events in the schema. */
import { Field, ID, InputType, Int, ObjectType } from "type-graphql";
import { NodeType } from "../access/node.js";
import type { Cause } from "../access/caller.js";
import { CauseType } from "../access/cause.type.js";
import { definePage } from "../platform/graphql/paging.js";
import { JsonScalar } from "../platform/graphql/scalars.js";

@ObjectType("EventSubject", { description: "What an event is about.", simpleResolvers: true })
export class EventSubjectType {
  @Field(() => String, {
    description:
      "The kind of object: `user`, `attempt`, `group`, `connection`, `seat`, `result`, `import`, `directory`, `endpoint`.",
  })
  type!: string;

  @Field(() => ID, { description: "Its id; `subject.id` in the bodies of webhooks." })
  subjectId!: string;

  @Field(() => Int, {
    description: "Its version after the change. Skip the event if you know the same version or a higher one.",
  })
  version!: number;
}

@ObjectType("Event", {
  implements: NodeType,
  description: "An event in the log, recorded together with the change that it describes. Webhooks deliver the same.",
  simpleResolvers: true,
})
export class EventObjectType {
  @Field(() => ID, { description: "Unique in the installation. A redelivered event keeps it." })
  id!: string;

  @Field(() => Int, { description: "The position in the organization's log: 1, 2, 3, without gaps." })
  sequence!: number;

  @Field(() => String, { description: "What has happened: one of `eventTypes`, such as `user.created`." })
  type!: string;

  @Field(() => Date, { description: "When it happened." })
  occurredAt!: Date;

  @Field(() => EventSubjectType, { description: "What it is about." })
  subject!: EventSubjectType;

  @Field(() => JsonScalar, {
    description:
      "A snapshot of the subject after the change. `changed` has the fields that changed, with their values before and after.",
  })
  data!: Readonly<Record<string, unknown>>;

  @Field(() => CauseType, { description: "What caused it." })
  cause!: Cause;
}

export const EventPage = definePage("Event", () => EventObjectType, "Events of one organization, in their sequence.");

@ObjectType("EventType", { description: "A type of event.", simpleResolvers: true })
export class EventTypeEntry {
  @Field(() => String, { description: "Its name, as in `Event.type` and in `types`." })
  type!: string;

  @Field(() => String, { description: "What has happened, in a sentence." })
  description!: string;

  @Field(() => JsonScalar, {
    description:
      "The JSON Schema (2020-12) of its webhook body. `Event.data` has the fields of the body's `data` that are not part of the envelope.",
  })
  schema!: Readonly<Record<string, unknown>>;
}

@InputType({ description: "How long an organization keeps its events." })
export class SetEventRetentionInput {
  @Field(() => ID, { description: "The organization." })
  organizationId!: string;

  @Field(() => Int, {
    nullable: true,
    description:
      "The number of days after which events are deleted, from 30 to 3650. null, or left out: events are kept.",
  })
  days?: number | null;
}

@ObjectType({ description: "What setEventRetention answers.", simpleResolvers: true })
export class SetEventRetentionPayload {
  @Field(() => Int, { nullable: true, description: "The number of days; null when events are kept." })
  days!: number | null;
}
