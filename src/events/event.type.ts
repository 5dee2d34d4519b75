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
      "The kind of thing: `user`, `group`, `connection`, `seat`, `result`, `import`, `directory`, `endpoint`.",
  })
  type!: string;

  @Field(() => ID, { description: "Its id; `subject.id` in the bodies of webhooks." })
  subjectId!: string;

  @Field(() => Int, {
    description: "Its version after the change: what is older than what a reader already knows can be skipped.",
  })
  version!: number;
}

@ObjectType("Event", {
  implements: NodeType,
  description: "A fact, recorded together with the change that it tells of. Webhooks carry the same.",
  simpleResolvers: true,
})
export class EventObjectType {
  @Field(() => ID, { description: "Unique in the installation; a redelivered event keeps it." })
  id!: string;

  @Field(() => Int, { description: "The place in the organization's log: 1, 2, 3, without gaps." })
  sequence!: number;

  @Field(() => String, { description: "What has happened: one of `eventTypes`, such as `user.created`." })
  type!: string;

  @Field(() => Date, { description: "When it happened." })
  occurredAt!: Date;

  @Field(() => EventSubjectType, { description: "What it is about." })
  subject!: EventSubjectType;

  @Field(() => JsonScalar, {
    description: "A snapshot of the subject, and in `changed` what changed, before and after, by field name.",
  })
  data!: Readonly<Record<string, unknown>>;

  @Field(() => CauseType, { description: "What set it off." })
  cause!: Cause;
}

export const EventPage = definePage("Event", () => EventObjectType, "Events of one organization, in their sequence.");

@ObjectType("EventType", { description: "A kind of event that can occur.", simpleResolvers: true })
export class EventTypeEntry {
  @Field(() => String, { description: "Its name, as in `Event.type` and in `types`." })
  type!: string;

  @Field(() => String, { description: "What has happened when such an event exists." })
  description!: string;

  @Field(() => JsonScalar, {
    description: "The JSON Schema (2020-12) of its webhook body; `data` of `Event` is what is not the envelope there.",
  })
  schema!: Readonly<Record<string, unknown>>;
}

@InputType({ description: "How long an organization keeps its events." })
export class SetEventRetentionInput {
  @Field(() => ID, { description: "The organization whose log it is about." })
  organizationId!: string;

  @Field(() => Int, {
    nullable: true,
    description: "After how many days events are forgotten, from 30 to 3650; null or left out keeps them.",
  })
  days?: number | null;
}

@ObjectType({ description: "What setEventRetention answers.", simpleResolvers: true })
export class SetEventRetentionPayload {
  @Field(() => Int, { nullable: true, description: "The days from now on; null where events are kept." })
  days!: number | null;
}
