/** How long the removals of a directory took, in the schema. */
import { Field, Int, ObjectType } from "type-graphql";
import type { Removal } from "../brake/removal.repository.js";

/** The largest number of removals that are shown. */
export const SHOWN_REMOVALS = 100;

@ObjectType("ProvisioningRemovalTimes", {
  description: `How long the last ${SHOWN_REMOVALS} deprovisionings by a directory took, of the last 30 days. Times are in milliseconds, since the provider's request arrived.`,
})
export class RemovalTimesType {
  @Field(() => Int, { description: "How many deprovisionings the other fields are about." })
  count!: number;

  @Field(() => Int, {
    nullable: true,
    description: "How long the last one took until the person's sessions had ended; null if it is not measured yet.",
  })
  lastMilliseconds!: number | null;

  @Field(() => Int, {
    nullable: true,
    description: "How long the slowest one took until the person's sessions had ended; null if none is measured.",
  })
  slowestMilliseconds!: number | null;

  // Not in the schema. The times of webhooks are read by them.
  organizationId!: string;
  removals!: readonly Removal[];
}

/** The times of removals, the latest removal first. */
export function showRemovalTimes(organizationId: string, removals: readonly Removal[]): RemovalTimesType {
  const times = removals.flatMap(({ endedMilliseconds }) => endedMilliseconds ?? []);
  return {
    count: removals.length,
    lastMilliseconds: removals[0]?.endedMilliseconds ?? null,
    slowestMilliseconds: times.length === 0 ? null : Math.max(...times),
    organizationId,
    removals,
  };
}
