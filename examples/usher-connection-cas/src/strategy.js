/** The steps of a sign-in through a CAS server (CAS Protocol 3.0, sections 2.1 and 2.2). */
import { defineStrategy, quote } from "usher/contract";
import { refuse } from "./refusals.js";
import { isServiceTicket, validateTicket } from "./validate-ticket.js";

/**
 * @typedef {object} OpenedCas
 * @property {import("./settings.js").CasSettings} settings
 */

/**
 * @typedef {object} VerifiedPerson
 * @property {string} issuer the address of the server
 * @property {string} subject
 * @property {string} user
 * @property {Readonly<Record<string, readonly string[]>>} attributes
 */

/** The failure codes of section 2.5.3. The meaning of every other code is unknown. */
/** @type {ReadonlyMap<string, import("./refusals.js").CasCode>} */
const CODES = new Map([
  ["INVALID_TICKET", "CAS_TICKET_INVALID"],
  ["INVALID_TICKET_SPEC", "CAS_TICKET_INVALID"],
  // The ticket is for another service, so it belongs to another sign-in.
  ["INVALID_SERVICE", "CAS_TICKET_INVALID"],
  ["UNAUTHORIZED_SERVICE", "CAS_SERVICE_UNKNOWN"],
  ["INTERNAL_ERROR", "CAS_UNREACHABLE"],
]);

/**
 * The service that a ticket is for: the callback of the connection, with the state of this sign-in. A ticket of another
 * sign-in is for another service, so the server does not validate it for this one.
 *
 * @param {string} callbackUrl
 * @param {string} state
 */
export function serviceOf(callbackUrl, state) {
  return `${callbackUrl}?${new URLSearchParams({ state })}`;
}

/**
 * @param {OpenedCas} opened
 * @param {import("usher/contract").Runtime} runtime
 */
export function createStrategy({ settings }, { addresses, fetch }) {
  const { serverUrl, subjectAttribute } = settings;
  return defineStrategy({
    start: async ({ forceAuthentication, chooseAccount, keep }) => {
      const state = await keep({ requestId: null, secrets: { renew: String(forceAuthentication) } });
      const service = serviceOf(addresses.callbackUrl, state);
      // With renew, the server asks for the password even if it has a session, so the person can choose another
      // account.
      const renew = forceAuthentication || chooseAccount;
      return `${serverUrl}/login?${new URLSearchParams({ service, ...(renew && { renew: "true" }) })}`;
    },
    return: async ({ parameters: { ticket, state }, flow }) => {
      if (ticket === undefined || state === undefined || !isServiceTicket(ticket)) return refuse("CAS_TICKET_MISSING");
      // Runs before the ticket is validated, because a second return must not reach the server.
      if (!(await flow.consume())) return refuse("CAS_SIGN_IN_REPEATED");
      const renew = flow.secrets["renew"] === "true";
      const service = serviceOf(addresses.callbackUrl, state);
      const answer = await validateTicket(fetch, serverUrl, { service, ticket, renew });
      if ("code" in answer) return refuse(codeOf(answer.code), `the server answered ${quote(answer.code)}`);
      const { user, attributes } = answer;
      if (renew && attributes["isFromNewLogin"]?.[0] === "false") return refuse("CAS_AUTHENTICATION_OLD");
      const subject = subjectAttribute === null ? user : readSubject(attributes, subjectAttribute);
      return { issuer: serverUrl, subject, user, attributes };
    },
    post: async () => refuse("CAS_TICKET_MISSING", "the answer was posted"),
  });
}

/**
 * @param {string} failure
 * @returns {import("./refusals.js").CasCode}
 */
function codeOf(failure) {
  return CODES.get(failure) ?? "CAS_ANSWER_INVALID";
}

/**
 * @param {VerifiedPerson["attributes"]} attributes
 * @param {string} name
 */
function readSubject(attributes, name) {
  const values = Object.hasOwn(attributes, name) ? (attributes[name] ?? []) : [];
  const [value] = values;
  if (value === undefined || values.length > 1)
    return refuse("CAS_SUBJECT_MISSING", `${name} has ${values.length} values`);
  return value;
}
