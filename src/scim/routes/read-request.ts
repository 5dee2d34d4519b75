/** Reads the parts of a SCIM request, and refuses parts that are too large. */
import type { Request } from "express";
import type { ResourceCondition } from "../../provisioning/directory/resource/condition.js";
import type { ResourceSort } from "../../provisioning/directory/resource/order.js";
import type { ExpectedVersions } from "../../provisioning/directory/resource/user-resource.operations.js";
import { invalid } from "../failures.js";
import { readFilter } from "../filter/resolve-filter.js";
import { readSort } from "../filter/resolve-sort.js";
import { isObject, pick } from "../resource/read-document.js";
import { readETags } from "../resource/show-resource.js";
import { readSelection, type Selection } from "../resource/select-attributes.js";
import type { ResourceType } from "../schema/schemas.js";

/** The largest body of a request (RFC 7644, section 3.7.4, for bulk requests). */
export const LARGEST_BODY_BYTES = 1024 * 1024;
/** A PATCH has a member list at its third level, and a bulk request has a PATCH at its third level. */
const DEEPEST_BODY = 12;

/**
 * The body of a request, which must be an object of few levels.
 *
 * @throws SCIM_REQUEST_INVALID
 */
export function readBody(request: Request): Readonly<Record<string, unknown>> {
  const body: unknown = request.body;
  if (!isObject(body)) throw invalid("invalidSyntax", "The body of the request must be a JSON object.");
  requireFlat(body);
  return body;
}

/** Refuses a body of too many levels. Walks level by level, because recursion into a deep body would use up the stack. */
function requireFlat(body: object): void {
  let level: unknown[] = [body];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > DEEPEST_BODY) throw invalid("invalidSyntax", `The body has more than ${DEEPEST_BODY} levels.`);
    level = level.flatMap((value) => (typeof value === "object" && value !== null ? Object.values(value) : []));
  }
}

/** The parameters of a list, from the address of a GET or the body of a search. */
export type Parameters = Readonly<Record<string, unknown>>;

const NAMES = [
  "filter",
  "sortBy",
  "sortOrder",
  "startIndex",
  "count",
  "cursor",
  "attributes",
  "excludedAttributes",
] as const;

/** The parameters in the body of a search (RFC 7644, section 3.4.3). */
export function readSearch(request: Request): Parameters {
  return pick(readBody(request), NAMES);
}

/** A page of a list (RFC 7644, section 3.4.2). */
export interface ListRequest {
  /** The types to list, each with its own condition and attributes. */
  readonly parts: readonly {
    readonly type: ResourceType;
    readonly condition: ResourceCondition | null;
    readonly selection: Selection;
  }[];
  readonly sort: ResourceSort | null;
  readonly from: { readonly startIndex: number } | { readonly cursor: string };
  readonly count: number;
  /** Identifies the filter and the order, so that a cursor of a different list is refused. */
  readonly list: string;
}

export const DEFAULT_COUNT = 100;
export const LARGEST_COUNT = 200;
/** Databases take offsets of this size, and no directory has as many resources. */
const LAST_INDEX = 2_000_000_000;

/** @throws SCIM_REQUEST_INVALID */
export function readList(types: readonly ResourceType[], parameters: Parameters): ListRequest {
  const { sortBy, sortOrder } = parameters;
  const filter = readText("invalidFilter", "filter", parameters["filter"])?.trim() ?? "";
  const conditions = filter === "" ? null : readFilter(types, filter);
  return {
    parts: types.map((type, place) => ({
      type,
      condition: conditions?.[place] ?? null,
      selection: readQuerySelection(type, parameters),
    })),
    sort: readSort(types, sortBy, sortOrder),
    ...readPlace(parameters),
    list: JSON.stringify([types.map(({ name }) => name), filter, sortBy, sortOrder]),
  };
}

function readPlace(parameters: Parameters): Pick<ListRequest, "from" | "count"> {
  const { startIndex } = parameters;
  const count = readNumber("count", parameters["count"], DEFAULT_COUNT);
  const cursor = readText("invalidCursor", "cursor", parameters["cursor"]);
  if (cursor === null)
    return {
      // A start index below 1 counts as 1, and a negative count as 0.
      from: { startIndex: Math.max(1, readNumber("startIndex", startIndex, 1)) },
      count: Math.min(LARGEST_COUNT, Math.max(0, count)),
    };
  if (startIndex !== undefined && startIndex !== null)
    throw invalid("invalidCursor", "Send a cursor or a startIndex, not both.");
  if (count < 1) throw invalid("invalidCount", "count: must be at least 1 with a cursor.");
  return { from: { cursor }, count: Math.min(LARGEST_COUNT, count) };
}

export function readQuerySelection(type: ResourceType, parameters: Parameters): Selection {
  return readSelection(type, parameters["attributes"], parameters["excludedAttributes"]);
}

/** Reads a text; `null` without one. Refuses a parameter that is repeated in an address, which is a list. */
function readText(scimType: "invalidFilter" | "invalidCursor", name: string, value: unknown): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== "string") throw invalid(scimType, `${name}: send one text.`);
  return value;
}

/** Reads a whole number, which is a number in a body and a text in an address. */
function readNumber(name: string, value: unknown, otherwise: number): number {
  if (value === undefined || value === null || value === "") return otherwise;
  const text = typeof value === "number" ? String(value) : value;
  if (typeof text !== "string" || !/^-?\d{1,10}$/.test(text) || Number(text) > LAST_INDEX)
    throw invalid("invalidValue", `${name}: must be a whole number.`);
  return Number(text);
}

/** The versions that a change expects, by `If-Match`. `*` accepts every version of a resource that exists. */
export function readExpected(ifMatch: string | undefined): ExpectedVersions {
  const tags = readETags(ifMatch);
  return tags === "ANY" ? null : tags;
}
