/**
 * A CAS server in this process. It signs in the person that the test names, and validates a ticket once, for its own
 * service.
 */
import { randomBytes } from "node:crypto";
import { createServer } from "node:http";

const NAMESPACE = "http://www.yale.edu/tp/cas";

/**
 * @typedef {object} StandIn
 * @property {string} url
 * @property {(loginUrl: string, user: string, attributes?: Record<string, readonly string[]>) => string} signIn
 *   returns the address of the redirect back to the service, with a ticket
 * @property {(person: { user: string, attributes?: Record<string, readonly string[]> }) => void} setPerson
 *   chooses the person who signs in when a browser opens /login
 * @property {(answer: ((response: import("node:http").ServerResponse, honest: string) => void) | null) => void} setAnswer
 *   replaces the answer of the next validations; `honest` is the answer of an honest server
 * @property {readonly URL[]} validations the requests to /p3/serviceValidate
 * @property {() => Promise<void>} close
 */

/** @param {string} text */
export const escapeXml = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

/** @param {string} content */
export const response = (content) => `<cas:serviceResponse xmlns:cas="${NAMESPACE}">${content}</cas:serviceResponse>`;

/** @param {string} code */
export const failure = (code) => response(`<cas:authenticationFailure code="${code}">No.</cas:authenticationFailure>`);

/**
 * @param {string} user
 * @param {Record<string, readonly string[]>} attributes
 */
export function success(user, attributes) {
  const elements = Object.entries(attributes).flatMap(([name, values]) =>
    values.map((value) => `<cas:${name}>${escapeXml(value)}</cas:${name}>`),
  );
  return response(
    `<cas:authenticationSuccess><cas:user>${escapeXml(user)}</cas:user>` +
      `<cas:attributes>${elements.join("")}</cas:attributes></cas:authenticationSuccess>`,
  );
}

/** @returns {Promise<StandIn>} */
export async function startStandIn() {
  /** @type {Map<string, { service: string, renewed: boolean, answer: string }>} */
  const tickets = new Map();
  /** @type {URL[]} */
  const validations = [];
  /** @type {Parameters<StandIn["setAnswer"]>[0]} */
  let dishonest = null;
  /** @type {Parameters<StandIn["setPerson"]>[0]} */
  let person = { user: "ada" };

  /** @type {StandIn["signIn"]} */
  const signIn = (loginUrl, user, attributes = {}) => {
    const { searchParams } = new URL(loginUrl);
    const service = searchParams.get("service") ?? "";
    const renewed = searchParams.get("renew") === "true";
    const ticket = `ST-${randomBytes(24).toString("base64url")}`;
    tickets.set(ticket, {
      service,
      renewed,
      answer: success(user, { isFromNewLogin: [String(renewed)], ...attributes }),
    });
    const back = new URL(service);
    back.searchParams.set("ticket", ticket);
    return back.href;
  };

  /** @param {URLSearchParams} parameters */
  const validate = (parameters) => {
    const ticket = parameters.get("ticket") ?? "";
    const issued = tickets.get(ticket);
    tickets.delete(ticket);
    if (issued === undefined) return failure("INVALID_TICKET");
    if (issued.service !== parameters.get("service")) return failure("INVALID_SERVICE");
    if (parameters.get("renew") === "true" && !issued.renewed) return failure("INVALID_TICKET");
    return issued.answer;
  };

  const server = createServer((request, answer) => {
    const url = new URL(request.url ?? "/", "http://127.0.0.1");
    if (url.pathname === "/cas/login") {
      answer.writeHead(302, { location: signIn(url.href, person.user, person.attributes) }).end();
    } else if (url.pathname === "/cas/p3/serviceValidate") {
      validations.push(url);
      const honest = validate(url.searchParams);
      answer.setHeader("content-type", "application/xml;charset=UTF-8");
      if (dishonest === null) answer.end(honest);
      else dishonest(answer, honest);
    } else answer.writeHead(404).end();
  });
  await new Promise((resolve) => void server.listen(0, "127.0.0.1", () => resolve(null)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${port}/cas`,
    signIn,
    setPerson: (next) => void (person = next),
    setAnswer: (next) => void (dishonest = next),
    validations,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}
