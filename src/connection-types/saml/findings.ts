/** The findings of a diagnosis. */
import type { Finding } from "../../connection/contract/index.js";

export function ok(check: string, message: string): Finding {
  return { check, level: "OK", message, remedy: null };
}

/** A finding that sign-ins may work, but that an administrator should look at. */
export function warn(check: string, message: string, remedy: string): Finding {
  return { check, level: "WARNING", message, remedy };
}

/** A finding that sign-ins do not work. */
export function error(check: string, message: string, remedy: string): Finding {
  return { check, level: "ERROR", message, remedy };
}
