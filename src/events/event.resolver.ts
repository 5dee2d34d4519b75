/** The log in GraphQL. */
import { Arg, Args, Ctx, Int, Mutation, Query, Resolver } from "type-graphql";
import { OrganizationArgument } from "../access/organization-argument.js";
import type { RequestContext } from "../access/request-context.js";
import type { Store } from "../access/store.js";
import { PageArgs, type Page } from "../platform/graphql/paging.js";
import type { KnownEventType } from "./event-type.js";
import {
  EventObjectType,
  EventPage,
  EventTypeEntry,
  SetEventRetentionInput,
  SetEventRetentionPayload,
} from "./event.type.js";
import { describeEventType } from "./json-schema.js";
import { listEvents } from "./list-events.js";
import { readEventRetention, setEventRetention, type RecordRetention } from "./retention.js";

@Resolver()
export class EventResolver {
  constructor(
    private readonly store: Store,
    /** The event types of all modules. */
    private readonly types: readonly KnownEventType[],
    private readonly record: RecordRetention,
  ) {}

  @Query(() => EventPage, {
    description:
      "The organization's log, oldest first. To follow the log, keep `pageInfo.endCursor` and pass it as `after` the next time. An empty page has no cursor: keep the previous one. Needs EVENTS_READ.",
  })
  async events(
    @Ctx() context: RequestContext,
    @OrganizationArgument("The organization whose log to read.") organizationId: string,
    @Args(() => PageArgs) page: PageArgs,
    @Arg("types", () => [String], {
      nullable: true,
      description: "Only events of these types, as `eventTypes` lists them. All when left out or empty.",
    })
    types: string[] | null | undefined,
  ): Promise<Page<EventObjectType>> {
    return await listEvents(this.store, context.caller, this.types, { organizationId, types, page });
  }

  @Query(() => [EventTypeEntry], { description: "Every type of event. Needs no sign-in." })
  eventTypes(): EventTypeEntry[] {
    return this.types.map((known) => ({
      type: known.type,
      description: known.description,
      schema: describeEventType(known),
    }));
  }

  @Query(() => Int, {
    nullable: true,
    description:
      "The number of days after which the organization's events are deleted; null when they are kept. Needs EVENTS_READ.",
  })
  async eventRetention(
    @Ctx() context: RequestContext,
    @OrganizationArgument("The organization.") organizationId: string,
  ): Promise<number | null> {
    return await readEventRetention(this.store, context.caller, organizationId);
  }

  @Mutation(() => SetEventRetentionPayload, {
    description: "Sets the number of days after which events are deleted. Needs ORGANIZATION_WRITE.",
  })
  async setEventRetention(
    @Ctx() context: RequestContext,
    @Arg("input", () => SetEventRetentionInput, { description: "How long to keep them." })
    input: SetEventRetentionInput,
  ): Promise<SetEventRetentionPayload> {
    const { organizationId, days = null } = input;
    return { days: await setEventRetention(this.store, context.caller, { organizationId, days }, this.record) };
  }
}
