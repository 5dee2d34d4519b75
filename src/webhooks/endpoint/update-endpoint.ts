/** Changes the settings of a webhook endpoint. */
import type { Caller } from "../../access/caller.js";
import { requireVersion } from "../../people/failures.js";
import { InputCheck } from "../../platform/errors/input.js";
import { insertAttempts } from "../delivery/delivery.repository.js";
import type { WebhookServices } from "../services.js";
import { changeEndpoint, readEndpoint } from "./change-endpoint.js";
import { checkEventTypes, checkNumber, checkUrl, CONCURRENCY_LIMITS, TIMEOUT_LIMITS } from "./check-input.js";
import type { WebhookEndpoint } from "./endpoint.js";
import { updateEndpointRow } from "./endpoint.repository.js";
import { requireTest } from "./test-endpoint.js";
import { warnOfDuplicates } from "./warn-of-duplicates.js";

interface EndpointChange {
  readonly id: string;
  readonly expectedVersion?: number | null;
  readonly url?: string | null;
  /** Absent: stays; `null` or empty: all. */
  readonly eventTypes?: readonly string[] | null;
  readonly concurrency?: number | null;
  readonly timeoutSeconds?: number | null;
}

type Settings = Pick<WebhookEndpoint, "url" | "eventTypes" | "concurrency" | "timeoutSeconds">;

/**
 * Changes what the input names and leaves the rest. A new address has to answer `endpoint.test` first. An input that
 * changes nothing stores nothing and sends nothing.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, INVALID_INPUT, VERSION_CONFLICT, ENDPOINT_REFUSED
 */
export async function updateWebhookEndpoint(
  services: WebhookServices,
  caller: Caller,
  input: EndpointChange,
): Promise<{ readonly endpoint: WebhookEndpoint; readonly warning: string | null }> {
  const found = await readEndpoint(services, caller, input.id);
  requireVersion(input.expectedVersion, found.version);
  const given = checkChange(services, input);
  const isMoved = given.url !== undefined && given.url !== found.url;
  const test = isMoved ? await requireTest(services, caller, { ...found, ...given }) : null;
  const endpoint = await changeEndpoint(services, caller, found, "updated", async (unit, before) => {
    requireVersion(input.expectedVersion, before.version);
    const after = { ...before, ...given, version: before.version + 1, updatedAt: unit.now };
    const isChange = !haveSameSettings(before, after);
    if (isChange) await updateEndpointRow(unit, before, after);
    if (test !== null) await insertAttempts(unit, [test]);
    return isChange ? after : before;
  });
  return { endpoint, warning: await warnOfDuplicates(services.reader, endpoint) };
}

function checkChange(services: WebhookServices, input: EndpointChange): Partial<Settings> {
  const { url, eventTypes, concurrency, timeoutSeconds } = input;
  const check = new InputCheck();
  const given: { -readonly [Name in keyof Settings]?: Settings[Name] } = {};
  if (url != null) given.url = checkUrl(services, check, url);
  if (eventTypes !== undefined) given.eventTypes = checkEventTypes(services.eventTypes, check, eventTypes);
  if (concurrency != null) given.concurrency = checkNumber(check, "concurrency", concurrency, CONCURRENCY_LIMITS);
  if (timeoutSeconds != null)
    given.timeoutSeconds = checkNumber(check, "timeoutSeconds", timeoutSeconds, TIMEOUT_LIMITS);
  check.finish();
  return given;
}

function haveSameSettings(left: Settings, right: Settings): boolean {
  const comparable = ({ url, eventTypes, concurrency, timeoutSeconds }: Settings) =>
    // The order of event types has no meaning.
    JSON.stringify([url, eventTypes?.toSorted() ?? null, concurrency, timeoutSeconds]);
  return comparable(left) === comparable(right);
}
