/** Validates a service ticket at the server, which names its person (CAS Protocol 3.0, sections 2.5 and 2.8). */
import { quote } from "usher/contract";
import { requestText } from "usher/protocols/http";
import { childrenOf, onlyChildOf, readXml, removeDeclaration, textOf, XmlIssue } from "usher/protocols/xml";
import { refuse } from "./refusals.js";

/** @typedef {import("usher/protocols/xml").XmlElement} XmlElement */

const NAMESPACE = "http://www.yale.edu/tp/cas";
const LONGEST_ANSWER_BYTES = 256 * 1024;

/** Section 3.1: it begins with ST-, and clients accept up to 256 characters. Proxy tickets begin with PT-. */
const SERVICE_TICKET = /^ST-[\x21-\x7e]{1,253}$/;

/**
 * @typedef {object} Person
 * @property {string} user
 * @property {Readonly<Record<string, readonly string[]>>} attributes
 */

/**
 * @typedef {object} Failure
 * @property {string} code the server's own, such as INVALID_TICKET
 */

/** @param {string | undefined} ticket */
export function isServiceTicket(ticket) {
  return ticket !== undefined && SERVICE_TICKET.test(ticket);
}

/**
 * Asks the server about a ticket. The server accepts each ticket once.
 *
 * @param {import("usher/contract").Fetch} fetch
 * @param {string} serverUrl
 * @param {{ readonly service: string, readonly ticket: string, readonly renew: boolean }} request
 * @returns {Promise<Person | Failure>}
 */
export async function validateTicket(fetch, serverUrl, { service, ticket, renew }) {
  const query = new URLSearchParams({ service, ticket, ...(renew && { renew: "true" }) });
  const { status, text } = await requestText(fetch, {
    what: "the validation of a ticket",
    address: `${serverUrl}/p3/serviceValidate?${query}`,
    longestAnswerBytes: LONGEST_ANSWER_BYTES,
    codeOf: (failure) => (failure === "redirect" || failure === "too-large" ? "CAS_ANSWER_INVALID" : "CAS_UNREACHABLE"),
  });
  if (status !== 200) refuse(status >= 500 ? "CAS_UNREACHABLE" : "CAS_ANSWER_INVALID", `the server answered ${status}`);
  try {
    return readAnswer(readXml(removeDeclaration(text)).root);
  } catch (error) {
    if (error instanceof XmlIssue) return refuse("CAS_ANSWER_INVALID", error.message);
    throw error;
  }
}

/**
 * @param {XmlElement} root
 * @returns {Person | Failure}
 */
function readAnswer(root) {
  const [answer] = root.children;
  if (root.namespace !== NAMESPACE || root.name !== "serviceResponse" || answer === undefined)
    return refuse("CAS_ANSWER_INVALID", "the answer is not a serviceResponse");
  if (root.children.length > 1 || answer.namespace !== NAMESPACE)
    return refuse("CAS_ANSWER_INVALID", "the serviceResponse holds more than one answer");
  if (answer.name === "authenticationFailure") return { code: answer.attributes.get("code") ?? "" };
  if (answer.name !== "authenticationSuccess")
    return refuse("CAS_ANSWER_INVALID", `the server answered ${quote(answer.name)}`);
  if (childrenOf(answer, NAMESPACE, "proxies").length > 0) return refuse("CAS_PROXIED");
  const user = textOf(onlyChildOf(answer, NAMESPACE, "user")).trim();
  if (user === "") return refuse("CAS_SUBJECT_MISSING", "the user name is empty");
  return { user, attributes: readAttributes(answer) };
}

/**
 * Reads one element for each value. The element has the attribute's name (section 2.5.7).
 *
 * @param {XmlElement} success
 */
function readAttributes(success) {
  if (childrenOf(success, NAMESPACE, "attributes").length === 0) return {};
  /** @type {Map<string, string[]>} */
  const attributes = new Map();
  for (const element of onlyChildOf(success, NAMESPACE, "attributes").children) {
    const value = textOf(element).trim();
    if (value !== "") attributes.set(element.name, [...(attributes.get(element.name) ?? []), value]);
  }
  return Object.fromEntries(attributes);
}
