/** The delivery log and redeliveries in GraphQL. */
import { Arg, Args, Ctx, ID, Mutation, Query, Resolver } from "type-graphql";
import type { RequestContext } from "../../access/request-context.js";
import { orNull } from "../../platform/errors/or-null.js";
import { PageArgs, type Page } from "../../platform/graphql/paging.js";
import { readRedelivery, redeliver } from "../redelivery/redelivery.operations.js";
import { RedeliverInput, RedeliverPayload, RedeliveryType } from "../redelivery/redelivery.type.js";
import type { WebhookServices } from "../services.js";
import { DeliveryAttemptPage, DeliveryAttemptType, WebhookAttemptFilter } from "./delivery.type.js";
import { listDeliveries } from "./list-deliveries.js";

@Resolver()
export class DeliveryResolver {
  constructor(private readonly services: WebhookServices) {}

  @Query(() => DeliveryAttemptPage, {
    description:
      "The attempts to deliver to a webhook endpoint, with the receiver's answers, the newest first. Needs WEBHOOKS_WRITE.",
  })
  async webhookDeliveries(
    @Ctx() context: RequestContext,
    @Arg("endpointId", () => ID, { description: "The endpoint whose attempts to show." }) endpointId: string,
    @Arg("filter", () => WebhookAttemptFilter, { nullable: true, description: "Which attempts to show." })
    filter: WebhookAttemptFilter | null | undefined,
    @Args(() => PageArgs) page: PageArgs,
  ): Promise<Page<DeliveryAttemptType>> {
    return await listDeliveries(this.services, context.caller, { endpointId, filter: filter ?? null, page });
  }

  @Query(() => RedeliveryType, {
    nullable: true,
    description:
      "One redelivery, with its progress. null if the id is unknown or belongs to another organization. Needs WEBHOOKS_WRITE.",
  })
  async webhookRedelivery(
    @Ctx() context: RequestContext,
    @Arg("id", () => ID, { description: "The redelivery's id." }) id: string,
  ): Promise<RedeliveryType | null> {
    return await orNull(readRedelivery(this.services, context.caller, id));
  }

  @Mutation(() => RedeliverPayload, {
    description:
      "Sends events to a webhook endpoint again: some by their ids, or all since a sequence or a time. New events do not wait for it. Needs WEBHOOKS_WRITE.",
  })
  async redeliver(
    @Ctx() context: RequestContext,
    @Arg("input", () => RedeliverInput, { description: "What to send, and where." }) input: RedeliverInput,
  ): Promise<RedeliverPayload> {
    return { redelivery: await redeliver(this.services, context.caller, input) };
  }
}
