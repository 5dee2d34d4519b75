/** Seats in the schema. */
import { Field, Int, ObjectType } from "type-graphql";
import { definePage } from "../../platform/graphql/paging.js";

@ObjectType("Seats", { description: "The seats in an organization's plan.", simpleResolvers: true })
export class SeatsType {
  /** The organization of the seats; not in the schema. */
  organizationId!: string;

  @Field(() => Int, { description: "How many seats are taken." })
  seatsInUse!: number;

  @Field(() => Int, {
    nullable: true,
    description:
      "How many seats the plan has; null if it has no limit. Less than `seatsInUse` if the plan was reduced below it.",
  })
  totalSeats!: number | null;
}

@ObjectType("SeatHolder", { description: "A seat that a user holds.", simpleResolvers: true })
export class SeatHolderType {
  /** Not in the schema. The resolver of `user` needs it. */
  organizationId!: string;
  userId!: string;

  @Field(() => Date, { description: "When the user took it." })
  assignedAt!: Date;

  @Field(() => Date, {
    nullable: true,
    description: "When training first started on it in this billing cycle; null if it is not used yet.",
  })
  usedAt!: Date | null;

  @Field(() => Date, {
    nullable: true,
    description:
      "When the billing cycle of the seat ends; null if the seat has no end. Shortly after, the seat becomes free, or stays with an active user under ACTIVE_USER.",
  })
  cycleEndsAt!: Date | null;
}

export const SeatHolderPage = definePage(
  "SeatHolder",
  () => SeatHolderType,
  "The users who hold seats of an organization, in the order in which they took them.",
);
