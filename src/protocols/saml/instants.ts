/** Compares instants in SAML messages (SAML core 1.3.3) with this machine's clock. */
import { refuse, type SamlRefusalCode } from "./refusals.js";

/** How old a message may be when it arrives. The browser brings it directly from the provider, so the time is short. */
export const LONGEST_TRAVEL_SECONDS = 600;

export interface Clocks {
  readonly now: Date;
  /** When Usher sent the request; `null` for a message that answers no request. */
  readonly requestedAt: Date | null;
  readonly skewSeconds: number;
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

/** @throws ProtocolRefusal with `code` when the instant is missing or malformed */
export function readInstant(value: string | undefined, name: string, code: SamlRefusalCode): Date {
  const milliseconds = value !== undefined && INSTANT.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(milliseconds)) refuse(code, `${name} is ${value === undefined ? "missing" : "not an instant"}`);
  return new Date(milliseconds);
}

/**
 * Checks that a message was not issued in the future, or before the request that it answers. If it was, a clock is
 * wrong by at least the difference.
 */
export function checkIssueInstant(value: string | undefined, clocks: Clocks): Date {
  const issued = readInstant(value, "IssueInstant", "SAML_CONDITIONS_MISSING");
  const skew = clocks.skewSeconds * 1000;
  if (issued.getTime() > clocks.now.getTime() + skew)
    refuse(
      "SAML_CLOCK_SKEW",
      `the provider's clock is ${secondsBetween(clocks.now, issued)} seconds ahead of this machine's`,
    );
  if (clocks.requestedAt !== null && issued.getTime() < clocks.requestedAt.getTime() - skew)
    refuse(
      "SAML_CLOCK_SKEW",
      `the provider's clock is at least ${secondsBetween(issued, clocks.requestedAt)} seconds behind this machine's`,
    );
  if (issued.getTime() < clocks.now.getTime() - skew - LONGEST_TRAVEL_SECONDS * 1000)
    refuse("SAML_EXPIRED", `it was issued ${secondsBetween(issued, clocks.now)} seconds ago`);
  return issued;
}

export function checkNotBefore(value: string, name: string, clocks: Clocks): void {
  const start = readInstant(value, name, "SAML_CONDITIONS_MISSING");
  if (clocks.now.getTime() + clocks.skewSeconds * 1000 < start.getTime())
    refuse("SAML_CLOCK_SKEW", `${name} is ${secondsBetween(clocks.now, start)} seconds ahead of this machine's clock`);
}

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
