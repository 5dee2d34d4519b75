/** Instants in SAML messages (SAML core 1.3.3), and what their disagreement with this machine's clock means. */
import { refuse, type SamlRefusalCode } from "./refusals.js";

/** How old an assertion may be when it arrives; it comes straight from the provider, by way of the browser. */
const LONGEST_TRAVEL_SECONDS = 600;

/** What instants are compared with. */
export interface Clocks {
  readonly now: Date;
  /** When the request that is answered was sent. */
  readonly requestedAt: Date;
  readonly skewSeconds: number;
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

/** @throws ProtocolRefusal with `code` when the instant is missing or is none */
export function readInstant(value: string | undefined, name: string, code: SamlRefusalCode): Date {
  const milliseconds = value !== undefined && INSTANT.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(milliseconds)) refuse(code, `${name} is ${value === undefined ? "missing" : "not an instant"}`);
  return new Date(milliseconds);
}

/**
 * Checks when a message says that it was written. It cannot have been written in the future, nor before the request
 * that it answers: either means that a clock is wrong, and by how much at least.
 */
export function checkIssueInstant(value: string | undefined, clocks: Clocks): Date {
  const issued = readInstant(value, "IssueInstant", "SAML_CONDITIONS_MISSING");
  const skew = clocks.skewSeconds * 1000;
  if (issued.getTime() > clocks.now.getTime() + skew)
    refuse(
      "SAML_CLOCK_SKEW",
      `the provider's clock is ${secondsBetween(clocks.now, issued)} seconds ahead of this machine's`,
    );
  if (issued.getTime() < clocks.requestedAt.getTime() - skew)
    refuse(
      "SAML_CLOCK_SKEW",
      `the provider's clock is at least ${secondsBetween(issued, clocks.requestedAt)} seconds behind this machine's`,
    );
  if (issued.getTime() < clocks.now.getTime() - skew - LONGEST_TRAVEL_SECONDS * 1000)
    refuse("SAML_EXPIRED", `it was issued ${secondsBetween(issued, clocks.now)} seconds ago`);
  return issued;
}

/** Refuses what is not valid yet. */
export function checkNotBefore(value: string, name: string, clocks: Clocks): void {
  const start = readInstant(value, name, "SAML_CONDITIONS_MISSING");
  if (clocks.now.getTime() + clocks.skewSeconds * 1000 < start.getTime())
    refuse("SAML_CLOCK_SKEW", `${name} is ${secondsBetween(clocks.now, start)} seconds ahead of this machine's clock`);
}

/** Refuses what is no longer valid. */
export function checkNotOnOrAfter(
  value: string | undefined,
  name: string,
  missing: SamlRefusalCode,
  clocks: Clocks,
): Date {
  const end = readInstant(value, name, missing);
  if (clocks.now.getTime() - clocks.skewSeconds * 1000 >= end.getTime())
    refuse("SAML_EXPIRED", `${name} was ${secondsBetween(end, clocks.now)} seconds ago by this machine's clock`);
  return end;
}

function secondsBetween(earlier: Date, later: Date): number {
  return Math.round((later.getTime() - earlier.getTime()) / 1000);
}
