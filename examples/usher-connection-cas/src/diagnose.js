/** Checks a server without a person: it validates a ticket that cannot exist, and reads the failure in the answer. */
import { ProtocolRefusal, quote } from "usher/contract";
import { CAS_REFUSALS } from "./refusals.js";
import { validateTicket } from "./validate-ticket.js";

const NO_TICKET = "ST-usher-diagnosis";

/**
 * @param {import("./settings.js").CasSettings} settings
 * @param {import("usher/contract").Runtime} runtime
 * @returns {Promise<import("usher/contract").Finding[]>}
 */
export async function diagnose({ serverUrl }, { addresses, fetch }) {
  try {
    const request = { service: addresses.callbackUrl, ticket: NO_TICKET, renew: false };
    const answer = await validateTicket(fetch, serverUrl, request);
    const code = "code" in answer ? answer.code : "a success";
    const reachable = ok("VALIDATION_REACHABLE", "The server validates tickets.");
    if (code === "INVALID_TICKET") return [reachable, ok("SERVICE_ACCEPTED", "The server did not refuse the service.")];
    const { remedy } = CAS_REFUSALS[code === "UNAUTHORIZED_SERVICE" ? "CAS_SERVICE_UNKNOWN" : "CAS_ANSWER_INVALID"];
    const level = code === "UNAUTHORIZED_SERVICE" ? "ERROR" : "WARNING";
    const message = `The server answered ${quote(code)} instead of INVALID_TICKET for a ticket that does not exist.`;
    return [reachable, { check: "SERVICE_ACCEPTED", level, message, remedy }];
  } catch (error) {
    if (!(error instanceof ProtocolRefusal)) throw error;
    const { remedy } = CAS_REFUSALS[/** @type {import("./refusals.js").CasCode} */ (error.code)];
    return [{ check: "VALIDATION_REACHABLE", level: "ERROR", message: error.message, remedy }];
  }
}

/**
 * @param {string} check
 * @param {string} message
 * @returns {import("usher/contract").Finding}
 */
function ok(check, message) {
  return { check, level: "OK", message, remedy: null };
}
