/** The findings of a diagnosis. */
import { ProtocolRefusal } from "../refusal.js";
import { OIDC_REFUSALS, type OidcRefusalCode } from "./refusals.js";

export interface Finding {
  readonly check: string;
  readonly level: "OK" | "WARNING" | "ERROR";
  readonly message: string;
  readonly remedy: string | null;
}

/** A refusal as a finding. Every other error is a defect, and is thrown again. */
export function findingOf(check: string, refusal: unknown): Finding {
  if (!(refusal instanceof ProtocolRefusal)) throw refusal;
  const code = refusal.code as OidcRefusalCode;
  return error(check, refusal.message, code);
}

/** A finding that sign-ins do not work. Its remedy is that of the refusal with this code. */
export function error(check: string, message: string, code: OidcRefusalCode): Finding {
  return finding(check, "ERROR", message, OIDC_REFUSALS[code].remedy);
}

/** A finding that the check passed, or that it cannot decide. */
export function ok(check: string, message: string): Finding {
  return finding(check, "OK", message, null);
}

export function finding(check: string, level: Finding["level"], message: string, remedy: string | null): Finding {
  return { check, level, message, remedy };
}
