/** One observation of a diagnosis, and the ways to make it. */
import { ProtocolRefusal } from "../refusal.js";
import { OIDC_REFUSALS, type OidcRefusalCode } from "./refusals.js";

/** One observation. */
export interface Finding {
  readonly check: string;
  readonly level: "OK" | "WARNING" | "ERROR";
  readonly message: string;
  readonly remedy: string | null;
}

/** A refusal as a finding; anything else is a defect of ours and is thrown on. */
export function findingOf(check: string, refusal: unknown): Finding {
  if (!(refusal instanceof ProtocolRefusal)) throw refusal;
  const code = refusal.code as OidcRefusalCode;
  return error(check, refusal.message, code);
}

/** Sign-ins do not work, and the remedy is that of a refusal. */
export function error(check: string, message: string, code: OidcRefusalCode): Finding {
  return finding(check, "ERROR", message, OIDC_REFUSALS[code].remedy);
}

/** Nothing is wrong, or nothing can be said. */
export function ok(check: string, message: string): Finding {
  return finding(check, "OK", message, null);
}

/** An observation of any level. */
export function finding(check: string, level: Finding["level"], message: string, remedy: string | null): Finding {
  return { check, level, message, remedy };
}
