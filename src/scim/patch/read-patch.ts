/**
 * Reads the body of a PATCH (RFC 7644, section 3.5.2) into changes, each with a path. An operation without a path becomes
 * one change for each attribute of its value.
 */
import { shorten } from "../../platform/text.js";
import { invalid } from "../failures.js";
import { isObject, pick } from "../resource/read-document.js";
import { splitUrn } from "../schema/find-attribute.js";
import type { ResourceType } from "../schema/schemas.js";
import { readPath, type PatchPath } from "./read-path.js";

export interface Change {
  readonly op: "add" | "replace" | "remove";
  readonly path: PatchPath;
  /** As the provider sent it; `undefined` for none. */
  readonly value: unknown;
}

const MOST_OPERATIONS = 1_000;
/** An operation without a path has one change for each key, and a key may repeat in another case. */
const MOST_CHANGES = 2_000;

/**
 * Attributes that only Usher writes. An operation without a path may name them, and they are ignored: Okta sends the id
 * of a group with its new name.
 */
const IGNORED: ReadonlySet<string> = new Set(["id", "schemas", "meta"]);

/** @throws SCIM_REQUEST_INVALID for a body, an operation or a path that is not understood */
export function readPatch(type: ResourceType, body: Readonly<Record<string, unknown>>): readonly Change[] {
  const { Operations: operations } = pick(body, ["Operations"]);
  if (!Array.isArray(operations) || operations.length === 0)
    throw invalid("invalidSyntax", "The body of a PATCH needs Operations: a list with at least one operation.");
  if (operations.length > MOST_OPERATIONS)
    throw invalid("invalidSyntax", `The PATCH has ${operations.length} operations; send at most ${MOST_OPERATIONS}.`);
  const changes = operations.flatMap((operation: unknown) => readOperation(type, operation));
  if (changes.length > MOST_CHANGES)
    throw invalid("invalidSyntax", `The PATCH changes ${changes.length} values; change at most ${MOST_CHANGES}.`);
  return changes;
}

function readOperation(type: ResourceType, operation: unknown): readonly Change[] {
  if (!isObject(operation)) throw invalid("invalidSyntax", "An operation of a PATCH must be an object.");
  const { op: word, path, value } = pick(operation, ["op", "path", "value"]);
  const op = readOp(word);
  if (path !== undefined && path !== null && typeof path !== "string")
    throw invalid("invalidPath", "The path of an operation must be a text.");
  const changes = path == null || path === "" ? expand(type, op, value, "") : readOne(type, op, path, value);
  if (op !== "remove" && value === undefined)
    throw invalid("invalidValue", `The operation ${op} needs a value; null clears an attribute.`);
  return changes;
}

function readOne(type: ResourceType, op: Change["op"], path: string, value: unknown): readonly Change[] {
  const { schema, rest } = splitUrn(type, path.trim());
  // The path names a whole schema, such as an extension.
  if (rest === "") return expand(type, op, value, `${schema.id}:`);
  return [{ op, path: readPath(type, path), value }];
}

/** One change for each attribute of an object. Keys may be paths: `name.givenName`, or with a URN before them. */
function expand(type: ResourceType, op: Change["op"], value: unknown, prefix: string): readonly Change[] {
  if (op === "remove") throw invalid("noTarget", "The operation remove needs a path.");
  if (!isObject(value) || Object.keys(value).length === 0)
    throw invalid(
      "invalidValue",
      "An operation without a path needs an object with at least one attribute as its value.",
    );
  return Object.entries(value).flatMap(([name, inner]) => {
    if (prefix === "" && IGNORED.has(name.toLowerCase())) return [];
    if (prefix === "" && splitUrn(type, name).rest === "") return expand(type, op, inner, `${name}:`);
    return [{ op, path: readPath(type, prefix + name), value: inner }];
  });
}

/** Reads the kind of an operation in any case, because Entra ID writes it with a capital by default. */
function readOp(op: unknown): Change["op"] {
  const word = typeof op === "string" ? op.toLowerCase() : "";
  if (word === "add" || word === "replace" || word === "remove") return word;
  const given = typeof op === "string" ? `, not ${shorten(op)}` : "";
  throw invalid("invalidSyntax", `The op of an operation must be add, replace or remove${given}.`);
}
