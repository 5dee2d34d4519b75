/** The inputs of the mutations of webhook endpoints. */
import { Field, ID, InputType, Int } from "type-graphql";
import { DEFAULT_TIMEOUT_SECONDS, LARGEST_CONCURRENCY, LONGEST_TIMEOUT_SECONDS } from "./endpoint.js";

@InputType({ description: "Where in the log delivery begins." })
export class WebhookStartInput {
  @Field(() => Int, {
    nullable: true,
    description: "The sequence of the first event to send. When left out: the next event.",
  })
  sequence?: number | null;
}

@InputType({ description: "A webhook endpoint to add." })
export class CreateWebhookEndpointInput {
  @Field(() => ID, { description: "The organization whose events to deliver." })
  organizationId!: string;

  @Field(() => String, { description: "Where to post the events: an https URL at a public address." })
  url!: string;

  @Field(() => [String], {
    nullable: true,
    description: "Only events of these types, as `eventTypes` lists them. When left out or empty: all.",
  })
  eventTypes?: string[] | null;

  @Field(() => String, {
    nullable: true,
    description:
      "The secret that signs: `whsec_` and 24 to 64 bytes in base64. Give it if the receiver checks the signature of the test message. When left out, Usher makes one.",
  })
  secret?: string | null;

  @Field(() => WebhookStartInput, {
    nullable: true,
    description: "Where in the log to begin. When left out: with the next event.",
  })
  startAt?: WebhookStartInput | null;

  @Field(() => Int, {
    nullable: true,
    description: `How many first attempts may be in flight at once, from 1 to ${LARGEST_CONCURRENCY}. When left out: 1, with which events arrive in sequence.`,
  })
  concurrency?: number | null;

  @Field(() => Int, {
    nullable: true,
    description: `How long the receiver may take, from 1 to ${LONGEST_TIMEOUT_SECONDS} seconds. When left out: ${DEFAULT_TIMEOUT_SECONDS}.`,
  })
  timeoutSeconds?: number | null;
}

@InputType({ description: "What to change about a webhook endpoint. Fields that are left out keep their values." })
export class UpdateWebhookEndpointInput {
  @Field(() => ID, { description: "The endpoint to change." })
  id!: string;

  @Field(() => Int, {
    nullable: true,
    description: "The version that you have read. If it has changed since, the mutation fails with VERSION_CONFLICT.",
  })
  expectedVersion?: number | null;

  @Field(() => String, {
    nullable: true,
    description: "The new URL. It must answer `endpoint.test` with 2xx; otherwise nothing changes.",
  })
  url?: string | null;

  @Field(() => [String], { nullable: true, description: "Only events of these types. null or empty: all." })
  eventTypes?: string[] | null;

  @Field(() => Int, {
    nullable: true,
    description: `How many first attempts may be in flight at once, from 1 to ${LARGEST_CONCURRENCY}.`,
  })
  concurrency?: number | null;

  @Field(() => Int, {
    nullable: true,
    description: `How long the receiver may take, from 1 to ${LONGEST_TIMEOUT_SECONDS} seconds.`,
  })
  timeoutSeconds?: number | null;
}

@InputType({ description: "Which endpoint gets a new secret." })
export class RotateWebhookSecretInput {
  @Field(() => ID, { description: "The endpoint." })
  id!: string;

  @Field(() => String, {
    nullable: true,
    description: "The new secret: `whsec_` and 24 to 64 bytes in base64. When left out, Usher makes one.",
  })
  secret?: string | null;

  @Field(() => Int, {
    nullable: true,
    description:
      "For how many seconds the old secret signs as well, up to 604800 (seven days). When left out: a day. 0 ends it at once, for a secret that has leaked.",
  })
  overlapSeconds?: number | null;
}
