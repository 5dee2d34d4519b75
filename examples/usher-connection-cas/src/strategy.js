/** The steps of a sign-in through a CAS server (CAS Protocol 3.0, sections 2.1 and 2.2). */
import { quote } from "usher/contract";
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

/** What the failure codes of section 2.5.3 mean here; every other one is an answer that this type cannot use. */
const CODES = /** @type {const} */ ({
  INVALID_TICKET: "CAS_TICKET_INVALID",
  INVALID_TICKET_SPEC: "CAS_TICKET_INVALID",
  INVALID_SERVICE: "CAS_TICKET_INVALID",
  UNAUTHORIZED_SERVICE: "CAS_SERVICE_UNKNOWN",
  INTERNAL_ERROR: "CAS_UNREACHABLE",
});

/**
 * The service that a ticket is for: the callback of the connection, with the state of this very sign-in. A ticket of
 * another sign-in is for another service, and the server does not validate it for this one.
 *
 * @param {string} callbackUrl
 * @param {string} state
 */
export function serviceOf(callbackUrl, state) {
  return `${callbackUrl}?${new URLSearchParams({ state })}`;
}

export class CasStrategy {
  /**
   * @param {OpenedCas} opened
   * @param {import("usher/contract").Runtime} runtime
   */
  constructor({ settings }, { addresses, fetch }) {
    this.settings = settings;
    this.callbackUrl = addresses.callbackUrl;
    this.fetch = fetch;
  }

  /** @param {any} exchange */
  authenticate(exchange) {
    /** @type {any} */
    const that = this;
    if (exchange.step === "start")
      this.start(exchange).then(
        (url) => that.redirect(url),
        (error) => that.error(error),
      );
    else if (exchange.step === "return")
      this.finish(exchange).then(
        (verified) => that.success({ verified, posted: null }),
        (error) => that.error(error),
      );
    else Promise.reject(new Error("posted")).catch((error) => that.error(error));
  }

  /** @param {Extract<import("usher/contract").Exchange, { step: "start" }>} exchange */
  async start({ forceAuthentication, chooseAccount, keep }) {
    const state = await keep({ requestId: null, secrets: { renew: String(forceAuthentication) } });
    const service = serviceOf(this.callbackUrl, state);
    // With renew, the server asks for the password even if a session exists there: another account can be chosen.
    const renew = forceAuthentication || chooseAccount;
    return `${this.settings.serverUrl}/login?${new URLSearchParams({ service, ...(renew && { renew: "true" }) })}`;
  }

  /**
   * @param {Extract<import("usher/contract").Exchange, { step: "return" }>} exchange
   * @returns {Promise<VerifiedPerson>}
   */
  async finish({ parameters, flow }) {
    const { ticket, state } = parameters;
    if (ticket === undefined || state === undefined || !isServiceTicket(ticket)) return refuse("CAS_TICKET_MISSING");
    // Before the ticket is validated: a second return must not reach the server.
    if (!(await flow.consume())) return refuse("CAS_SIGN_IN_REPEATED");
    const { serverUrl, subjectAttribute } = this.settings;
    const renew = flow.secrets["renew"] === "true";
    const service = serviceOf(this.callbackUrl, state);
    const answer = await validateTicket(this.fetch, serverUrl, { service, ticket, renew });
    if ("code" in answer) {
      const code = Object.hasOwn(CODES, answer.code) ? CODES[/** @type {keyof typeof CODES} */ (answer.code)] : null;
      return refuse(code ?? "CAS_ANSWER_INVALID", `the server answered ${quote(answer.code)}`);
    }
    const { user, attributes } = answer;
    if (renew && attributes["isFromNewLogin"]?.[0] === "false") return refuse("CAS_AUTHENTICATION_OLD");
    if (subjectAttribute === null) return { issuer: serverUrl, subject: user, user, attributes };
    const subjects = Object.hasOwn(attributes, subjectAttribute) ? attributes[subjectAttribute] : undefined;
    const [subject] = subjects ?? [];
    if (subject === undefined || subjects?.length !== 1)
      return refuse("CAS_SUBJECT_MISSING", `${subjectAttribute} has ${subjects?.length ?? 0} values`);
    return { issuer: serverUrl, subject, user, attributes };
  }
}
