/** What can be done with webhook endpoints, whatever door it comes through. */
import { v7 as uuidv7 } from "uuid";
import { causeOf, requirePermission, scopeFor, type Caller } from "../../access/caller.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { recordAudit } from "../../audit/record-audit.js";
import { findLastSequence } from "../../events/read-log.js";
import { requireVersion } from "../../people/failures.js";
import { lockOrganization } from "../../people/organization/organization.repository.js";
import { Failure, NOT_FOUND } from "../../platform/errors/failure.js";
import { InputCheck } from "../../platform/errors/input.js";
import { insertAttempts } from "../delivery/delivery.repository.js";
import { TOO_MANY_ENDPOINTS } from "../failures.js";
import { sealSecret } from "../secret.js";
import type { WebhookServices } from "../services.js";
import { auditView } from "./audit-view.js";
import {
  checkEventTypes,
  checkNumber,
  checkSecret,
  checkUrl,
  CONCURRENCY_LIMITS,
  TIMEOUT_LIMITS,
} from "./check-input.js";
import { disableInUnit } from "./disable-endpoint.js";
import { DEFAULT_CONCURRENCY, DEFAULT_TIMEOUT_SECONDS, MAXIMUM_ENDPOINTS, type WebhookEndpoint } from "./endpoint.js";
import {
  countEndpoints,
  deleteEndpointRow,
  findEndpoint,
  insertEndpoint,
  updateEndpointRow,
} from "./endpoint.repository.js";
import { requireTest, sendTest } from "./test-endpoint.js";
import { warnOfTwins } from "./warn-of-twins.js";

/** Where in the log an endpoint begins. */
export interface StartAt {
  /** The first event to send; absent: the next one that happens. */
  readonly sequence?: number | null;
}

export interface NewEndpoint {
  readonly organizationId: string;
  readonly url: string;
  /** Absent or empty: all. */
  readonly eventTypes?: readonly string[] | null;
  /** Absent: one is made. */
  readonly secret?: string | null;
  readonly startAt?: StartAt | null;
  readonly concurrency?: number | null;
  readonly timeoutSeconds?: number | null;
}

export interface EndpointChange {
  readonly id: string;
  readonly expectedVersion?: number | null;
  readonly url?: string | null;
  /** Absent keeps; `null` or empty: all. */
  readonly eventTypes?: readonly string[] | null;
  readonly concurrency?: number | null;
  readonly timeoutSeconds?: number | null;
}

/** An endpoint, and its secret, which is shown this once. */
export interface EndpointWithSecret {
  readonly endpoint: WebhookEndpoint;
  readonly secret: string;
}

/** An endpoint, and what should be looked at. */
export interface EndpointWithWarning {
  readonly endpoint: WebhookEndpoint;
  /** For the administrator; `null` when there is nothing to say. */
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
): Promise<EndpointWithSecret & EndpointWithWarning> {
  const { organizationId } = input;
  requirePermission(caller, organizationId, "WEBHOOKS_WRITE");
  const check = new InputCheck();
  const url = checkUrl(services, check, input.url);
  const eventTypes = checkEventTypes(services.eventTypes, check, input.eventTypes);
  const secret = checkSecret(check, input.secret);
  const concurrency = checkNumber(check, "concurrency", input.concurrency, {
    fallback: DEFAULT_CONCURRENCY,
    ...CONCURRENCY_LIMITS,
  });
  const timeoutSeconds = checkNumber(check, "timeoutSeconds", input.timeoutSeconds, {
    fallback: DEFAULT_TIMEOUT_SECONDS,
    ...TIMEOUT_LIMITS,
  });
  const first = input.startAt?.sequence ?? null;
  if (first !== null && first < 1) check.add("startAt.sequence", "INVALID", "must be 1 or more");
  check.finish();
  await requireRoom(services, organizationId);

  const id = uuidv7();
  const now = services.clock();
  const endpoint: WebhookEndpoint = {
    id,
    organizationId,
    url,
    eventTypes,
    state: "ACTIVE",
    disabledReason: null,
    disabledAt: null,
    secret: sealSecret(services.keyRing, id, secret),
    secretSetAt: now,
    previousSecret: null,
    previousSecretEndsAt: null,
    concurrency,
    timeoutSeconds,
    version: 1,
    createdAt: now,
    updatedAt: now,
  };
  const test = await requireTest(services, caller, endpoint);
  return await services.begin(caller, causeOf(caller), async (unit) => {
    if ((await lockOrganization(unit, organizationId)) === null) throw new Failure(NOT_FOUND, { type: "organization" });
    if ((await countEndpoints(unit, organizationId)) >= MAXIMUM_ENDPOINTS)
      throw new Failure(TOO_MANY_ENDPOINTS, { maximum: MAXIMUM_ENDPOINTS });
    const last = await findLastSequence(unit, organizationId);
    await insertEndpoint(unit, endpoint, first === null ? last : Math.min(first - 1, last));
    await insertAttempts(unit, [test]);
    await record(unit, "created", null, endpoint);
    return { endpoint, secret, warning: await warnOfTwins(unit, endpoint) };
  });
}

/** Nobody is asked over the network for an endpoint that will not be added; for an organization that is not there either. */
async function requireRoom({ reader }: WebhookServices, organizationId: string): Promise<void> {
  const found = await reader.row("SELECT 1 AS found FROM organization WHERE id = ?", [organizationId]);
  if (found === undefined) throw new Failure(NOT_FOUND, { type: "organization" });
  if ((await countEndpoints(reader, organizationId)) >= MAXIMUM_ENDPOINTS)
    throw new Failure(TOO_MANY_ENDPOINTS, { maximum: MAXIMUM_ENDPOINTS });
}

/**
 * Changes an endpoint. Another address has to answer `endpoint.test` first.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, INVALID_INPUT, VERSION_CONFLICT, ENDPOINT_REFUSED
 */
export async function updateWebhookEndpoint(
  services: WebhookServices,
  caller: Caller,
  input: EndpointChange,
): Promise<EndpointWithWarning> {
  const found = await readEndpoint(services, caller, input.id);
  requireVersion(input.expectedVersion, found.version);
  const check = new InputCheck();
  const given: Partial<WebhookEndpoint> = {
    ...(input.url == null ? {} : { url: checkUrl(services, check, input.url) }),
    ...(input.eventTypes === undefined
      ? {}
      : { eventTypes: checkEventTypes(services.eventTypes, check, input.eventTypes) }),
    concurrency: checkNumber(check, "concurrency", input.concurrency, {
      fallback: found.concurrency,
      ...CONCURRENCY_LIMITS,
    }),
    timeoutSeconds: checkNumber(check, "timeoutSeconds", input.timeoutSeconds, {
      fallback: found.timeoutSeconds,
      ...TIMEOUT_LIMITS,
    }),
  };
  check.finish();
  const isMoved = given.url !== undefined && given.url !== found.url;
  const test = isMoved ? await requireTest(services, caller, { ...found, ...given }) : null;
  const endpoint = await changeEndpoint(services, caller, found, "updated", async (unit, before) => {
    requireVersion(input.expectedVersion, before.version);
    const after = { ...before, ...given, version: before.version + 1, updatedAt: unit.now };
    await updateEndpointRow(unit, before, after);
    if (test !== null) await insertAttempts(unit, [test]);
    return after;
  });
  return { endpoint, warning: await warnOfTwins(services.reader, endpoint) };
}

/**
 * Puts an endpoint into force again. It goes on where it stopped, and what had failed is tried again at once.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND
 */
export async function enableWebhookEndpoint(
  services: WebhookServices,
  caller: Caller,
  id: string,
): Promise<WebhookEndpoint> {
  const found = await readEndpoint(services, caller, id);
  return await changeEndpoint(services, caller, found, "enabled", async (unit, before) => {
    if (before.state === "ACTIVE") return before;
    const after: WebhookEndpoint = {
      ...before,
      state: "ACTIVE",
      disabledReason: null,
      disabledAt: null,
      version: before.version + 1,
      updatedAt: unit.now,
    };
    await updateEndpointRow(unit, before, after);
    return after;
  });
}

/**
 * Puts an endpoint out of force. Its place in the log is kept.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND
 */
export async function disableWebhookEndpoint(
  services: WebhookServices,
  caller: Caller,
  id: string,
): Promise<WebhookEndpoint> {
  const found = await readEndpoint(services, caller, id);
  return await services.begin(caller, causeOf(caller), async (unit) =>
    disableInUnit(unit, await readLocked(unit, found), "ADMINISTRATOR"),
  );
}

/**
 * Deletes an endpoint with its delivery log.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND
 */
export async function deleteWebhookEndpoint(
  services: WebhookServices,
  caller: Caller,
  id: string,
): Promise<WebhookEndpoint> {
  const found = await readEndpoint(services, caller, id);
  return await services.begin(caller, causeOf(caller), async (unit) => {
    const before = await readLocked(unit, found);
    await deleteEndpointRow(unit, id);
    await record(unit, "deleted", before, null);
    return before;
  });
}

const DEFAULT_OVERLAP_SECONDS = 86_400;
const LONGEST_OVERLAP_SECONDS = 7 * 86_400;

export interface SecretRotation {
  readonly id: string;
  /** Absent: one is made. */
  readonly secret?: string | null;
  /** How long the secret before signs as well; a day when absent. */
  readonly overlapSeconds?: number | null;
}

/**
 * Gives an endpoint another secret. For a while both sign, so that the receiver can change over without a gap.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, INVALID_INPUT
 */
export async function rotateWebhookSecret(
  services: WebhookServices,
  caller: Caller,
  input: SecretRotation,
): Promise<EndpointWithSecret> {
  const found = await readEndpoint(services, caller, input.id);
  const check = new InputCheck();
  const secret = checkSecret(check, input.secret);
  const overlapSeconds = checkNumber(check, "overlapSeconds", input.overlapSeconds, {
    fallback: DEFAULT_OVERLAP_SECONDS,
    least: 0,
    most: LONGEST_OVERLAP_SECONDS,
  });
  check.finish();
  const sealed = sealSecret(services.keyRing, found.id, secret);
  const endpoint = await changeEndpoint(services, caller, found, "secret_rotated", async (unit, before) => {
    const after: WebhookEndpoint = {
      ...before,
      secret: sealed,
      secretSetAt: unit.now,
      previousSecret: overlapSeconds === 0 ? null : before.secret,
      previousSecretEndsAt: overlapSeconds === 0 ? null : new Date(unit.now.getTime() + overlapSeconds * 1000),
      version: before.version + 1,
      updatedAt: unit.now,
    };
    await updateEndpointRow(unit, before, after);
    return after;
  });
  return { endpoint, secret };
}

/**
 * Sends `endpoint.test` to an endpoint and logs what comes of it, under the id of the test.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND
 */
export async function testWebhookEndpoint(
  services: WebhookServices,
  caller: Caller,
  id: string,
): Promise<{ readonly endpoint: WebhookEndpoint; readonly eventId: string }> {
  const endpoint = await readEndpoint(services, caller, id);
  const attempt = await sendTest(services, caller, endpoint);
  await services.begin(caller, causeOf(caller), async (unit) => {
    await readLocked(unit, endpoint);
    await insertAttempts(unit, [attempt]);
  });
  return { endpoint, eventId: attempt.event.id };
}

/**
 * One endpoint, for whoever may change it.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND
 */
export async function readEndpoint(
  { reader }: Pick<WebhookServices, "reader">,
  caller: Caller,
  id: string,
): Promise<WebhookEndpoint> {
  const endpoint = await findEndpoint(reader, scopeFor(caller, "WEBHOOKS_WRITE"), id);
  if (endpoint === null) throw new Failure(NOT_FOUND, { type: "webhook endpoint" });
  return endpoint;
}

/** The endpoint as it is now, with its organization locked. */
export async function readLocked(unit: UnitOfWork, found: WebhookEndpoint): Promise<WebhookEndpoint> {
  await lockOrganization(unit, found.organizationId);
  const endpoint = await findEndpoint(unit, found.organizationId, found.id);
  if (endpoint === null) throw new Failure(NOT_FOUND, { type: "webhook endpoint" });
  return endpoint;
}

async function changeEndpoint(
  { begin }: WebhookServices,
  caller: Caller,
  found: WebhookEndpoint,
  verb: string,
  change: (unit: UnitOfWork, before: WebhookEndpoint) => Promise<WebhookEndpoint>,
): Promise<WebhookEndpoint> {
  return await begin(caller, causeOf(caller), async (unit) => {
    const before = await readLocked(unit, found);
    const after = await change(unit, before);
    if (after !== before) await record(unit, verb, before, after);
    return after;
  });
}

async function record(
  unit: UnitOfWork,
  verb: string,
  before: WebhookEndpoint | null,
  after: WebhookEndpoint | null,
): Promise<void> {
  const endpoint = after ?? before;
  if (endpoint === null) return;
  await recordAudit(unit, {
    organizationId: endpoint.organizationId,
    action: `webhook_endpoint.${verb}`,
    subject: { type: "webhookEndpoint", id: endpoint.id },
    before: before === null ? null : auditView(before),
    after: after === null ? null : auditView(after),
  });
}
