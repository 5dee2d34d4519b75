/** Webhook endpoints in GraphQL. */
import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from "type-graphql";
import { OrganizationArgument } from "../../access/organization-argument.js";
import type { RequestContext } from "../../access/request-context.js";
import { orNull } from "../../platform/errors/or-null.js";
import { defineLoader } from "../../platform/graphql/loaders.js";
import { PageArgs, type Page } from "../../platform/graphql/paging.js";
import { listDeliveries } from "../delivery/list-deliveries.js";
import type { WebhookServices } from "../services.js";
import { readEndpoint } from "./change-endpoint.js";
import { createWebhookEndpoint } from "./create-endpoint.js";
import { deleteWebhookEndpoint } from "./delete-endpoint.js";
import { disableWebhookEndpoint } from "./disable-endpoint.js";
import { enableWebhookEndpoint } from "./enable-endpoint.js";
import type { DeliveryProgress } from "./endpoint.js";
import { CreateWebhookEndpointInput, RotateWebhookSecretInput, UpdateWebhookEndpointInput } from "./endpoint.input.js";
import { readProgress } from "./endpoint.repository.js";
import {
  CreateWebhookEndpointPayload,
  DeleteWebhookEndpointPayload,
  DisableWebhookEndpointPayload,
  EnableWebhookEndpointPayload,
  EndpointPage,
  EndpointType,
  ProgressType,
  RotateWebhookSecretPayload,
  TestWebhookEndpointPayload,
  UpdateWebhookEndpointPayload,
} from "./endpoint.type.js";
import { listWebhookEndpoints } from "./list-endpoints.js";
import { rotateWebhookSecret } from "./rotate-secret.js";
import { testWebhookEndpoint } from "./test-endpoint.js";
import { updateWebhookEndpoint } from "./update-endpoint.js";

@Resolver(() => EndpointType)
export class EndpointResolver {
  readonly #loadProgress;

  constructor(private readonly services: WebhookServices) {
    this.#loadProgress = defineLoader<RequestContext, DeliveryProgress>((ids) => readProgress(services.reader, ids));
  }

  @Query(() => EndpointType, {
    nullable: true,
    description:
      "One webhook endpoint. null if the id is unknown or belongs to another organization. Needs WEBHOOKS_WRITE.",
  })
  async webhookEndpoint(
    @Ctx() context: RequestContext,
    @Arg("id", () => ID, { description: "The endpoint's id." }) id: string,
  ): Promise<EndpointType | null> {
    return await orNull(readEndpoint(this.services, context.caller, id));
  }

  @Query(() => EndpointPage, { description: "The webhook endpoints of an organization. Needs WEBHOOKS_WRITE." })
  async webhookEndpoints(
    @Ctx() context: RequestContext,
    @OrganizationArgument("The organization whose endpoints to show.") organizationId: string,
    @Args(() => PageArgs) page: PageArgs,
  ): Promise<Page<EndpointType>> {
    return await listWebhookEndpoints(this.services, context.caller, organizationId, page);
  }

  @FieldResolver(() => ProgressType, {
    nullable: true,
    description: "How far delivery to it has come; null when the endpoint was deleted in the meantime.",
  })
  async progress(@Root() endpoint: EndpointType, @Ctx() context: RequestContext): Promise<ProgressType | null> {
    return await this.#loadProgress(context).load(endpoint.id);
  }

  @Mutation(() => CreateWebhookEndpointPayload, {
    description:
      "Adds a webhook endpoint. A signed `endpoint.test` is sent to it first. Without a 2xx answer nothing is added, and the details of ENDPOINT_REFUSED have the answer. Needs WEBHOOKS_WRITE.",
  })
  async createWebhookEndpoint(
    @Ctx() context: RequestContext,
    @Arg("input", () => CreateWebhookEndpointInput, { description: "What to add." }) input: CreateWebhookEndpointInput,
  ): Promise<CreateWebhookEndpointPayload> {
    return await createWebhookEndpoint(this.services, context.caller, input);
  }

  @Mutation(() => UpdateWebhookEndpointPayload, {
    description: "Changes a webhook endpoint. An input that changes nothing keeps the version. Needs WEBHOOKS_WRITE.",
  })
  async updateWebhookEndpoint(
    @Ctx() context: RequestContext,
    @Arg("input", () => UpdateWebhookEndpointInput, { description: "What to change." })
    input: UpdateWebhookEndpointInput,
  ): Promise<UpdateWebhookEndpointPayload> {
    return await updateWebhookEndpoint(this.services, context.caller, input);
  }

  @Mutation(() => EnableWebhookEndpointPayload, {
    description:
      "Enables a disabled webhook endpoint. Delivery continues where it stopped, and failed deliveries are retried at once. Needs WEBHOOKS_WRITE.",
  })
  async enableWebhookEndpoint(
    @Ctx() context: RequestContext,
    @Arg("id", () => ID, { description: "The endpoint to enable." }) id: string,
  ): Promise<EnableWebhookEndpointPayload> {
    return { endpoint: await enableWebhookEndpoint(this.services, context.caller, id) };
  }

  @Mutation(() => DisableWebhookEndpointPayload, {
    description: "Disables a webhook endpoint. Its position in the log is kept. Needs WEBHOOKS_WRITE.",
  })
  async disableWebhookEndpoint(
    @Ctx() context: RequestContext,
    @Arg("id", () => ID, { description: "The endpoint to disable." }) id: string,
  ): Promise<DisableWebhookEndpointPayload> {
    return { endpoint: await disableWebhookEndpoint(this.services, context.caller, id) };
  }

  @Mutation(() => DeleteWebhookEndpointPayload, {
    description: "Deletes a webhook endpoint with its delivery log. Needs WEBHOOKS_WRITE.",
  })
  async deleteWebhookEndpoint(
    @Ctx() context: RequestContext,
    @Arg("id", () => ID, { description: "The endpoint to delete." }) id: string,
  ): Promise<DeleteWebhookEndpointPayload> {
    return { id: (await deleteWebhookEndpoint(this.services, context.caller, id)).id };
  }

  @Mutation(() => RotateWebhookSecretPayload, {
    description:
      "Gives a webhook endpoint a new secret. Until the overlap ends, both secrets sign every message. Needs WEBHOOKS_WRITE.",
  })
  async rotateWebhookSecret(
    @Ctx() context: RequestContext,
    @Arg("input", () => RotateWebhookSecretInput, { description: "Which endpoint, and the secret." })
    input: RotateWebhookSecretInput,
  ): Promise<RotateWebhookSecretPayload> {
    return await rotateWebhookSecret(this.services, context.caller, input);
  }

  @Mutation(() => TestWebhookEndpointPayload, {
    description: "Sends `endpoint.test` to a webhook endpoint and returns the attempt. Needs WEBHOOKS_WRITE.",
  })
  async testWebhookEndpoint(
    @Ctx() context: RequestContext,
    @Arg("id", () => ID, { description: "The endpoint to test." }) id: string,
  ): Promise<TestWebhookEndpointPayload> {
    const { endpoint, eventId } = await testWebhookEndpoint(this.services, context.caller, id);
    const query = { endpointId: id, filter: { eventId }, page: { first: 1 } };
    const [attempt] = (await listDeliveries(this.services, context.caller, query)).nodes;
    if (attempt === undefined) throw new Error(`the test of the endpoint ${id} was not logged`);
    return { endpoint, attempt };
  }
}
