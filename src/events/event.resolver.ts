/** The log in GraphQL. */
import { Arg, Args, Ctx, ID, Query, Resolver } from "type-graphql";
import type { RequestContext } from "../access/request-context.js";
import type { Store } from "../access/store.js";
import { PageArgs, type Page } from "../platform/graphql/paging.js";
import type { KnownEventType } from "./event-type.js";
import { EventObjectType, EventPage, EventTypeEntry } from "./event.type.js";
import { describeEventType } from "./json-schema.js";
import { listEvents } from "./list-events.js";

@Resolver()
export class EventResolver {
  constructor(
    private readonly store: Store,
    /** Every type that this installation can record. */
    private readonly types: readonly KnownEventType[],
  ) {}

  @Query(() => EventPage, {
    description:
      "The organization's log, oldest first. To follow it, keep the last `pageInfo.endCursor` and ask after it again; an empty answer has none, and the one before stays good. Needs EVENTS_READ.",
  })
  async events(
    @Ctx() context: RequestContext,
    @Arg("organizationId", () => ID, { description: "The organization whose log to read." }) organizationId: string,
    @Args(() => PageArgs) page: PageArgs,
    @Arg("types", () => [String], {
      nullable: true,
      description: "Only events of these types, as `eventTypes` lists them. All when left out or empty.",
    })
    types: string[] | null | undefined,
  ): Promise<Page<EventObjectType>> {
    return await listEvents(this.store, context.caller, this.types, { organizationId, types, page });
  }

  @Query(() => [EventTypeEntry], { description: "Every type of event that can occur. Needs no sign-in." })
  eventTypes(): EventTypeEntry[] {
    return this.types.map((known) => ({
      type: known.type,
      description: known.description,
      schema: describeEventType(known),
    }));
  }
}
