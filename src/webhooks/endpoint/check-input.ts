/** What an endpoint's settings must be like, wherever they are given. */
import type { KnownEventType } from "../../events/event-type.js";
import type { InputCheck } from "../../platform/errors/input.js";
import type { WebhookServices } from "../services.js";
import { judgeSecret, makeSecret } from "../secret.js";
import { ENDPOINT_TEST } from "./endpoint.events.js";
import { LARGEST_CONCURRENCY, LONGEST_TIMEOUT_SECONDS } from "./endpoint.js";

const LONGEST_URL = 2_000;

/** An address that may be requested, in the form in which it will be. */
export function checkUrl({ outgoing }: WebhookServices, check: InputCheck, value: string): string {
  const text = check.text("url", value, { longest: LONGEST_URL });
  if (text === "") return text;
  if (!URL.canParse(text)) {
    check.add("url", "INVALID", "must be an address such as https://example.com/webhooks");
    return text;
  }
  const url = new URL(text);
  // A fragment is never sent.
  url.hash = "";
  const demand = outgoing.rules.serverUrl(url);
  if (demand !== null) check.add("url", "INVALID", demand);
  if (url.href.length > LONGEST_URL) check.add("url", "INVALID", `must be at most ${LONGEST_URL} characters long`);
  return url.href;
}

/** Event types by name, without repetition; `null` and the empty list stand for all. */
export function checkEventTypes(
  known: readonly KnownEventType[],
  check: InputCheck,
  given: readonly string[] | null | undefined,
): readonly string[] | null {
  if (given == null || given.length === 0) return null;
  const names = new Set(known.map(({ type }) => type));
  // The test is sent to whoever is asked, and to nobody else.
  names.delete(ENDPOINT_TEST.type);
  for (const [index, type] of given.entries())
    if (!names.has(type))
      check.add(`eventTypes.${index}`, "UNKNOWN", "is no event type that can be sent; eventTypes lists them");
  return [...new Set(given)];
}

/** A secret that was given, or a new one. */
export function checkSecret(check: InputCheck, given: string | null | undefined): string {
  if (given == null) return makeSecret();
  const mistake = judgeSecret(given);
  if (mistake !== null) check.add("secret", "INVALID", mistake);
  return given;
}

/** A whole number within limits, or what stands where none is given. */
export function checkNumber(
  check: InputCheck,
  path: string,
  given: number | null | undefined,
  { fallback, least, most }: { readonly fallback: number; readonly least: number; readonly most: number },
): number {
  const value = given ?? fallback;
  if (!Number.isInteger(value) || value < least || value > most)
    check.add(path, "INVALID", `must be a number from ${least} to ${most}`);
  return value;
}

export const CONCURRENCY_LIMITS = { least: 1, most: LARGEST_CONCURRENCY } as const;
export const TIMEOUT_LIMITS = { least: 1, most: LONGEST_TIMEOUT_SECONDS } as const;
