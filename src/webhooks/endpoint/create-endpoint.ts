/** Adds a webhook endpoint. */
import { v7 as uuidv7 } from "uuid";
import { causeOf, requirePermission, type Caller } from "../../access/caller.js";
import { findLastSequence } from "../../events/read-log.js";
import { lockOrganization } from "../../people/organization/organization.repository.js";
import type { Reader } from "../../platform/database/database.js";
import { Failure, NOT_FOUND } from "../../platform/errors/failure.js";
import { InputCheck } from "../../platform/errors/input.js";
import { insertAttempts } from "../delivery/delivery.repository.js";
import { TOO_MANY_ENDPOINTS } from "../failures.js";
import { sealSecret } from "../secret.js";
import type { WebhookServices } from "../services.js";
import { recordEndpointChange } from "./change-endpoint.js";
import {
  checkEventTypes,
  checkNumber,
  checkSecret,
  checkUrl,
  CONCURRENCY_LIMITS,
  TIMEOUT_LIMITS,
} from "./check-input.js";
import { DEFAULT_CONCURRENCY, DEFAULT_TIMEOUT_SECONDS, MAXIMUM_ENDPOINTS, type WebhookEndpoint } from "./endpoint.js";
import { countEndpoints, insertEndpoint } from "./endpoint.repository.js";
import { requireTest } from "./test-endpoint.js";
import { warnOfDuplicates } from "./warn-of-duplicates.js";

/** Where in the log an endpoint begins. */
interface StartAt {
  /** The first event to send; absent: the next one that happens. */
  readonly sequence?: number | null;
}

interface NewEndpoint {
  readonly organizationId: string;
  readonly url: string;
  /** Absent or empty: all types of events. */
  readonly eventTypes?: readonly string[] | null;
  /** Absent: Usher makes one. */
  readonly secret?: string | null;
  readonly startAt?: StartAt | null;
  readonly concurrency?: number | null;
  readonly timeoutSeconds?: number | null;
}

interface CreatedEndpoint {
  readonly endpoint: WebhookEndpoint;
  /** In plain text. Only this response shows it. */
  readonly secret: string;
  /** For the administrator; `null` when there is nothing to warn of. */
  readonly warning: string | null;
}

/**
 * Adds an endpoint, after it has answered a signed `endpoint.test` with 2xx.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, INVALID_INPUT, TOO_MANY_ENDPOINTS, ENDPOINT_REFUSED
 */
export async function createWebhookEndpoint(
  services: WebhookServices,
  caller: Caller,
  input: NewEndpoint,
): Promise<CreatedEndpoint> {
  const { organizationId } = input;
  requirePermission(caller, organizationId, "WEBHOOKS_WRITE");
  const { secret, firstSequence, ...settings } = checkNewEndpoint(services, input);
  // Checked before the test message is sent, so that the receiver is not asked about an endpoint that cannot be added.
  await requireCapacity(services.reader, organizationId);
  const endpoint = makeEndpoint(services, organizationId, secret, settings);
  const test = await requireTest(services, caller, endpoint);
  return await services.begin(caller, causeOf(caller), async (unit) => {
    await lockOrganization(unit, organizationId);
    await requireCapacity(unit, organizationId);
    const last = await findLastSequence(unit, organizationId);
    await insertEndpoint(unit, endpoint, firstSequence === null ? last : Math.min(firstSequence - 1, last));
    await insertAttempts(unit, [test]);
    await recordEndpointChange(unit, "created", { before: null, after: endpoint });
    return { endpoint, secret, warning: await warnOfDuplicates(unit, endpoint) };
  });
}

function checkNewEndpoint(services: WebhookServices, input: NewEndpoint) {
  const check = new InputCheck();
  const settings = {
    url: checkUrl(services, check, input.url),
    eventTypes: checkEventTypes(services.eventTypes, check, input.eventTypes),
    secret: checkSecret(check, input.secret),
    concurrency: checkNumber(check, "concurrency", input.concurrency ?? DEFAULT_CONCURRENCY, CONCURRENCY_LIMITS),
    timeoutSeconds: checkNumber(
      check,
      "timeoutSeconds",
      input.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS,
      TIMEOUT_LIMITS,
    ),
    firstSequence: input.startAt?.sequence ?? null,
  };
  if (settings.firstSequence !== null && settings.firstSequence < 1)
    check.add("startAt.sequence", "INVALID", "must be 1 or more");
  check.finish();
  return settings;
}

async function requireCapacity(reader: Reader, organizationId: string): Promise<void> {
  const found = await reader.row("SELECT 1 AS found FROM organization WHERE id = ?", [organizationId]);
  if (found === undefined) throw new Failure(NOT_FOUND, { type: "organization" });
  if ((await countEndpoints(reader, organizationId)) >= MAXIMUM_ENDPOINTS)
    throw new Failure(TOO_MANY_ENDPOINTS, { maximum: MAXIMUM_ENDPOINTS });
}

function makeEndpoint(
  { clock, keyRing }: WebhookServices,
  organizationId: string,
  secret: string,
  settings: Pick<WebhookEndpoint, "url" | "eventTypes" | "concurrency" | "timeoutSeconds">,
): WebhookEndpoint {
  const id = uuidv7();
  const now = clock();
  return {
    id,
    organizationId,
    ...settings,
    state: "ACTIVE",
    disabledReason: null,
    disabledAt: null,
    secret: sealSecret(keyRing, id, secret),
    secretSetAt: now,
    previousSecret: null,
    previousSecretEndsAt: null,
    version: 1,
    createdAt: now,
    updatedAt: now,
  };
}
