/** The findings of a diagnosis. */
import type { Finding } from "../../connection/contract/index.js";

export function ok(check: string, message: string): Finding {
  return { check, level: "OK", message, remedy: null };
}

/** Sign-ins may work, but an administrator should check it. */
export function warn(check: string, message: string, remedy: string): Finding {
  return { check, level: "WARNING", message, remedy };
}

/** Sign-ins do not work. */
export function error(check: string, message: string, remedy: string): Finding {
  return { check, level: "ERROR", message, remedy };
}
