/** Adds to the removal times of a provisioning directory how long webhook receivers took to hear of them. */
import { Ctx, FieldResolver, Int, Resolver, Root } from "type-graphql";
import type { RequestContext } from "../../access/request-context.js";
import type { Reader } from "../../platform/database/database.js";
import { placeholders } from "../../platform/database/statements.js";
import { toDate } from "../../platform/database/values.js";
import { defineLoader } from "../../platform/graphql/loaders.js";
import type { Removal } from "../../provisioning/directory/brake/removal.repository.js";
import { RemovalTimesType } from "../../provisioning/directory/graphql/removal-times.type.js";
import type { WebhookServices } from "../services.js";

const ANSWERED = "the last webhook endpoint that received the event had answered with 2xx";

@Resolver(() => RemovalTimesType)
export class RemovalTimesResolver {
  private readonly load;

  constructor({ reader }: WebhookServices) {
    this.load = defineLoader<RequestContext, Date>((keys) => findAcknowledgements(reader, keys));
  }

  @FieldResolver(() => Int, {
    nullable: true,
    description: `How long the last one took until ${ANSWERED}; null if none has.`,
  })
  async lastWebhookMilliseconds(
    @Root() times: RemovalTimesType,
    @Ctx() context: RequestContext,
  ): Promise<number | null> {
    return (await this.timesOf(times, times.removals.slice(0, 1), context))[0] ?? null;
  }

  @FieldResolver(() => Int, {
    nullable: true,
    description: `How long the slowest one took until ${ANSWERED}; null if none has.`,
  })
  async slowestWebhookMilliseconds(
    @Root() times: RemovalTimesType,
    @Ctx() context: RequestContext,
  ): Promise<number | null> {
    const all = await this.timesOf(times, times.removals, context);
    return all.length === 0 ? null : Math.max(...all);
  }

  private async timesOf(
    { organizationId }: RemovalTimesType,
    removals: readonly Removal[],
    context: RequestContext,
  ): Promise<readonly number[]> {
    const load = this.load(context);
    const times = await Promise.all(
      removals.map(async ({ eventId, arrivedAt }) => {
        const at = await load.load(`${organizationId} ${eventId}`);
        return at === null || arrivedAt === null ? [] : [at.getTime() - arrivedAt.getTime()];
      }),
    );
    return times.flat();
  }
}

/** When each event was acknowledged by the last of the endpoints that acknowledged it. Redeliveries do not count. */
async function findAcknowledgements(reader: Reader, keys: readonly string[]): Promise<ReadonlyMap<string, Date>> {
  const organizationIds = [...new Set(keys.map((key) => key.split(" ")[0]!))];
  const eventIds = [...new Set(keys.map((key) => key.split(" ")[1]!))];
  const rows = await reader.rows<{
    organization_id: string;
    event_id: string;
    started_at: unknown;
    duration_ms: number;
  }>(
    `SELECT e.organization_id, a.event_id, a.started_at, a.duration_ms
       FROM webhook_endpoint e JOIN webhook_attempt a ON a.endpoint_id = e.id
      WHERE e.organization_id IN (${placeholders(organizationIds)}) AND a.event_id IN (${placeholders(eventIds)})
        AND a.succeeded = ? AND a.kind <> 'REDELIVERY'`,
    [...organizationIds, ...eventIds, true],
  );
  const found = new Map<string, Date>();
  for (const { organization_id, event_id, started_at, duration_ms } of rows) {
    const key = `${organization_id} ${event_id}`;
    const at = new Date(toDate(started_at).getTime() + duration_ms);
    const known = found.get(key);
    if (known === undefined || known < at) found.set(key, at);
  }
  return found;
}
