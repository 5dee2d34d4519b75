/** What the mutations of webhook endpoints take. */
import { Field, ID, InputType, Int } from "type-graphql";
import { DEFAULT_TIMEOUT_SECONDS, LARGEST_CONCURRENCY, LONGEST_TIMEOUT_SECONDS } from "./endpoint.js";

@InputType({ description: "Where in the log an endpoint begins." })
export class WebhookStartInput {
  @Field(() => Int, {
    nullable: true,
    description: "The first event to send, by its sequence; the next one that happens when left out.",
  })
  sequence?: number | null;
}

@InputType({ description: "A webhook endpoint to add." })
export class CreateWebhookEndpointInput {
  @Field(() => ID, { description: "The organization whose events to send." })
  organizationId!: string;

  @Field(() => String, { description: "Where to post them: https, at a public address." })
  url!: string;

  @Field(() => [String], {
    nullable: true,
    description: "Only events of these types, as `eventTypes` lists them. All when left out or empty.",
  })
  eventTypes?: string[] | null;

  @Field(() => String, {
    nullable: true,
    description:
      "The secret that signs: `whsec_` and 24 to 64 bytes in base64. Give it where the receiver already checks the test message; one is made when left out.",
  })
  secret?: string | null;

  @Field(() => WebhookStartInput, { nullable: true, description: "Where in the log to begin; now when left out." })
  startAt?: WebhookStartInput | null;

  @Field(() => Int, {
    nullable: true,
    description: `How many first attempts may be under way at once, from 1 to ${LARGEST_CONCURRENCY}; 1 when left out, and events then arrive in sequence.`,
  })
  concurrency?: number | null;

  @Field(() => Int, {
    nullable: true,
    description: `How long the receiver may take, from 1 to ${LONGEST_TIMEOUT_SECONDS} seconds; ${DEFAULT_TIMEOUT_SECONDS} when left out.`,
  })
  timeoutSeconds?: number | null;
}

@InputType({ description: "What to change about a webhook endpoint. What is left out stays as it is." })
export class UpdateWebhookEndpointInput {
  @Field(() => ID, { description: "The endpoint to change." })
  id!: string;

  @Field(() => Int, {
    nullable: true,
    description: "The version that you know; refused with VERSION_CONFLICT when somebody else changed it since.",
  })
  expectedVersion?: number | null;

  @Field(() => String, {
    nullable: true,
    description: "Another address. It has to answer `endpoint.test` with 2xx before anything changes.",
  })
  url?: string | null;

  @Field(() => [String], { nullable: true, description: "Only events of these types; all when null or empty." })
  eventTypes?: string[] | null;

  @Field(() => Int, {
    nullable: true,
    description: `How many first attempts may be under way at once, from 1 to ${LARGEST_CONCURRENCY}.`,
  })
  concurrency?: number | null;

  @Field(() => Int, {
    nullable: true,
    description: `How long the receiver may take, from 1 to ${LONGEST_TIMEOUT_SECONDS} seconds.`,
  })
  timeoutSeconds?: number | null;
}

@InputType({ description: "Which endpoint gets another secret." })
export class RotateWebhookSecretInput {
  @Field(() => ID, { description: "The endpoint." })
  id!: string;

  @Field(() => String, {
    nullable: true,
    description: "The new secret: `whsec_` and 24 to 64 bytes in base64. One is made when left out.",
  })
  secret?: string | null;

  @Field(() => Int, {
    nullable: true,
    description:
      "For how many seconds the secret before signs as well, up to 604800 (seven days); a day when left out. 0 ends it at once, for a secret that has leaked.",
  })
  overlapSeconds?: number | null;
}
