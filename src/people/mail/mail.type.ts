/** Messages of the outbox in the schema. */
import { Field, ID, InputType, Int, ObjectType, registerEnumType } from "type-graphql";
import { definePage } from "../../platform/graphql/paging.js";
import type { MailState } from "./list-mails.js";

/** Stands for the enum `MailState` in decorators. */
const MailStateEnum: { readonly [Value in MailState]: Value } = {
  WAITING: "WAITING",
  RETRYING: "RETRYING",
  SENT: "SENT",
  GIVEN_UP: "GIVEN_UP",
};
registerEnumType(MailStateEnum, {
  name: "MailState",
  description: "How far a message has come.",
  valuesConfig: {
    WAITING: { description: "It is sent within seconds, if the mail server can be reached." },
    RETRYING: { description: "An attempt failed. Usher tries again at `nextAttemptAt`." },
    SENT: { description: "The mail server accepted it." },
    GIVEN_UP: { description: "Its recipient has not received it: the address was refused, or every attempt failed." },
  },
});

@ObjectType("Mail", {
  description: "A message that Usher sends, without its text. It is kept for 30 days.",
  simpleResolvers: true,
})
export class MailType {
  @Field(() => ID, { description: "The message's id; the `Message-ID` begins with it." })
  id!: string;

  @Field(() => String, { description: "What it is about, as the guide for operators lists it: `account-merged`." })
  template!: string;

  @Field(() => String, { description: "The address that it goes to." })
  recipient!: string;

  @Field(() => String, { description: "Its subject." })
  subject!: string;

  @Field(() => MailStateEnum, { description: "How far it has come." })
  state!: MailState;

  @Field(() => Int, { description: "How often Usher tried to send it." })
  attempts!: number;

  @Field(() => Date, { description: "When it was queued." })
  createdAt!: Date;

  @Field(() => Date, { nullable: true, description: "When it is tried next; null if it was sent or given up." })
  nextAttemptAt!: Date | null;

  @Field(() => Date, { nullable: true, description: "When the mail server accepted it; null if it has not." })
  sentAt!: Date | null;
}

export const MailPage = definePage("Mail", () => MailType, "Messages of the outbox, the newest first.");

@InputType({ description: "Which messages to show. Fields that are left out do not filter." })
export class MailFilterInput {
  @Field(() => [MailStateEnum], { nullable: true, description: "Only messages in one of these states." })
  states?: MailState[] | null;

  @Field(() => String, { nullable: true, description: "Only messages to exactly this address." })
  recipient?: string | null;
}
