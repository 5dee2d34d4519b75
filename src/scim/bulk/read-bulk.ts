/** Reads a bulk request and its operations (RFC 7644, section 3.7). */
import { Failure } from "../../platform/errors/failure.js";
import { invalid, SCIM_BULK_TOO_LARGE } from "../failures.js";
import { isObject, pick } from "../resource/read-document.js";
import type { Endpoint } from "../routes/endpoint.js";

/** The largest number of operations in a bulk request. */
export const MOST_BULK_OPERATIONS = 1_000;

type Json = Readonly<Record<string, unknown>>;

interface BulkRequest {
  readonly operations: readonly Json[];
  /** The number of errors after which Usher does not process the remaining operations. */
  readonly failOnErrors: number;
}

/** @throws SCIM_REQUEST_INVALID, SCIM_BULK_TOO_LARGE */
export function readBulk(body: Json): BulkRequest {
  const { Operations: operations, failOnErrors: given } = pick(body, ["Operations", "failOnErrors"]);
  const failOnErrors = given ?? Infinity;
  if (!Array.isArray(operations) || operations.length === 0 || !operations.every(isObject))
    throw invalid("invalidSyntax", "The body of a bulk request needs Operations: a list of objects.");
  if (operations.length > MOST_BULK_OPERATIONS)
    throw new Failure(SCIM_BULK_TOO_LARGE, { count: operations.length, most: MOST_BULK_OPERATIONS });
  if (
    typeof failOnErrors !== "number" ||
    failOnErrors < 1 ||
    (!Number.isInteger(failOnErrors) && failOnErrors < Infinity)
  )
    throw invalid("invalidValue", "failOnErrors: must be a whole number of at least 1.");
  return { operations: operations.map((operation) => pick(operation, FIELDS)), failOnErrors };
}

const FIELDS = ["method", "bulkId", "version", "path", "data"] as const;

interface Address {
  readonly endpoint: Endpoint;
  /** `null` for a POST. */
  readonly id: string | null;
}

/** An operation whose references are resolved. */
export type BulkOperation = { readonly endpoint: Endpoint; readonly version: string | undefined } & (
  | { readonly method: "POST"; readonly data: Json }
  | { readonly method: "PUT" | "PATCH"; readonly id: string; readonly data: Json }
  | { readonly method: "DELETE"; readonly id: string }
);

/** @throws SCIM_REQUEST_INVALID */
export function readOperation(endpoints: readonly Endpoint[], operation: Json): BulkOperation {
  const method = readMethod(operation["method"]);
  const { endpoint, id } = readAddress(endpoints, operation["path"]);
  const { version, data, bulkId } = operation;
  if (version !== undefined && version !== null && typeof version !== "string")
    throw invalid("invalidValue", "version: must be a text.");
  const given = { endpoint, version: version ?? undefined };
  if (method !== "DELETE" && !isObject(data)) throw invalid("invalidSyntax", `data: ${method} needs an object.`);
  if (method === "POST") {
    if (typeof bulkId !== "string" || bulkId === "") throw invalid("invalidValue", "bulkId: POST needs one.");
    if (id !== null) throw invalid("invalidPath", `path: POST needs ${endpoint.type.endpoint} alone.`);
    return { ...given, method, data: data as Json };
  }
  if (id === null) throw invalid("invalidPath", `path: ${method} needs ${endpoint.type.endpoint}/ID.`);
  return method === "DELETE" ? { ...given, method, id } : { ...given, method, id, data: data as Json };
}

const METHODS = ["POST", "PUT", "PATCH", "DELETE"] as const;

function readMethod(given: unknown): (typeof METHODS)[number] {
  const method = METHODS.find((each) => typeof given === "string" && given.toUpperCase() === each);
  if (method === undefined) throw invalid("invalidValue", `method: must be one of ${METHODS.join(", ")}.`);
  return method;
}

/** `/Users`, or `/Users/ID`. */
function readAddress(endpoints: readonly Endpoint[], path: unknown): Address {
  const [, name = "", id = null] = typeof path === "string" ? (/^(\/[A-Za-z]+)(?:\/([^/?#]+))?$/.exec(path) ?? []) : [];
  const endpoint = endpoints.find(({ type }) => type.endpoint.toLowerCase() === name.toLowerCase());
  if (endpoint === undefined) throw invalid("invalidPath", "path: must be /Users, /Groups, /Users/ID or /Groups/ID.");
  return { endpoint, id };
}
