/** Checks the settings of a new endpoint or of a change. */
import type { KnownEventType } from "../../events/event-type.js";
import type { InputCheck } from "../../platform/errors/input.js";
import type { WebhookServices } from "../services.js";
import { findSecretProblem, makeSecret } from "../secret.js";
import { ENDPOINT_TEST } from "./endpoint.events.js";
import { LARGEST_CONCURRENCY, LONGEST_TIMEOUT_SECONDS } from "./endpoint.js";

const LONGEST_URL = 2_000;

/** Checks an address under the rules for outgoing requests and returns it in its normal form. */
export function checkUrl({ outgoing }: WebhookServices, check: InputCheck, value: string): string {
  const text = check.text("url", value, { longest: LONGEST_URL });
  if (text === "") return text;
  if (!URL.canParse(text)) {
    check.add("url", "INVALID", "must be an address such as https://example.com/webhooks");
    return text;
  }
  const url = new URL(text);
  // HTTP does not send a fragment.
  url.hash = "";
  const demand = outgoing.rules.serverUrl(url);
  if (demand !== null) check.add("url", "INVALID", demand);
  if (url.href.length > LONGEST_URL) check.add("url", "INVALID", `must be at most ${LONGEST_URL} characters long`);
  return url.href;
}

/** Checks the names of event types and removes duplicates. `null` and the empty list stand for all types. */
export function checkEventTypes(
  known: readonly KnownEventType[],
  check: InputCheck,
  given: readonly string[] | null | undefined,
): readonly string[] | null {
  if (given == null || given.length === 0) return null;
  const names = new Set(known.map(({ type }) => type));
  // An endpoint receives `endpoint.test` only when it is tested, so it cannot subscribe to it.
  names.delete(ENDPOINT_TEST.type);
  for (const [index, type] of given.entries())
    if (!names.has(type))
      check.add(
        `eventTypes.${index}`,
        "UNKNOWN",
        "is not an event type that can be sent; the query eventTypes lists them",
      );
  return [...new Set(given)];
}

/** Checks a given secret, or makes one. */
export function checkSecret(check: InputCheck, given: string | null | undefined): string {
  if (given == null) return makeSecret();
  const problem = findSecretProblem(given);
  if (problem !== null) check.add("secret", "INVALID", problem);
  return given;
}

/** Checks that a whole number lies within limits. */
export function checkNumber(
  check: InputCheck,
  path: string,
  value: number,
  { least, most }: { readonly least: number; readonly most: number },
): number {
  if (!Number.isInteger(value) || value < least || value > most)
    check.add(path, "INVALID", `must be a number from ${least} to ${most}`);
  return value;
}

export const CONCURRENCY_LIMITS = { least: 1, most: LARGEST_CONCURRENCY } as const;
export const TIMEOUT_LIMITS = { least: 1, most: LONGEST_TIMEOUT_SECONDS } as const;
