/** Seats in the schema. */
import { Field, Int, ObjectType } from "type-graphql";
import { definePage } from "../../platform/graphql/paging.js";

@ObjectType("Seats", { description: "The places in an organization's plan.", simpleResolvers: true })
export class SeatsType {
  /** Whose seats they are; not in the schema. */
  organizationId!: string;

  @Field(() => Int, { description: "How many are taken." })
  seatsInUse!: number;

  @Field(() => Int, {
    nullable: true,
    description: "How many there are; null where nothing limits them. Fewer than are taken while the plan shrank.",
  })
  totalSeats!: number | null;
}

@ObjectType("SeatHolder", { description: "That a user holds a seat.", simpleResolvers: true })
export class SeatHolderType {
  /** What `user` loads; not in the schema. */
  organizationId!: string;
  userId!: string;

  @Field(() => Date, { description: "When the user took it." })
  assignedAt!: Date;

  @Field(() => Date, {
    nullable: true,
    description: "When training was first started on it in this billing cycle; null while it is not used.",
  })
  usedAt!: Date | null;

  @Field(() => Date, {
    nullable: true,
    description:
      "When the billing cycle ends to whose end it is held; null while it is held without limit. Shortly after, it comes free, or under ACTIVE_USER stays with a user who is active.",
  })
  cycleEndsAt!: Date | null;
}

export const SeatHolderPage = definePage(
  "SeatHolder",
  () => SeatHolderType,
  "Who holds seats of an organization, in the order in which they took them.",
);
