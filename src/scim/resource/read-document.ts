/**
 * Reads what a provider sends into a document that has only attributes of the schema, under their own names and with
 * values of their types. Accepts what providers really send: booleans as texts, a manager as a bare id, one object in
 * place of a list.
 */
import { findMisleading } from "../../platform/text.js";
import { invalid } from "../failures.js";
import type { Attribute } from "../schema/attribute.js";
import { findAttribute, findByName, splitUrn } from "../schema/find-attribute.js";
import { COMMON_ATTRIBUTES, type ResourceType, type Schema } from "../schema/schemas.js";

export type Simple = string | boolean;
export type Complex = Readonly<Record<string, Simple>>;
export type AttributeValue = Simple | Complex | readonly Complex[];
/** Attributes by name. Those of an extension are in an object under its URN. */
export type Document = { readonly [name: string]: AttributeValue | Readonly<Record<string, AttributeValue>> };

/** Far more characters than a field of a profile has. */
const LONGEST_TEXT = 2_000;
/** Far more elements than a person has addresses. The members of a group are not part of its document. */
const MOST_ELEMENTS = 100;

/**
 * Reads the body of a POST or PUT. Attributes that the schema does not have, or that only Usher writes, are left out (RFC
 * 7644, section 3.3).
 *
 * @param skip an attribute that is not part of the document
 * @throws SCIM_REQUEST_INVALID for a value of the wrong type
 */
export function readDocument(
  type: ResourceType,
  body: Readonly<Record<string, unknown>>,
  skip: string | null = null,
): Document {
  const document: Record<string, AttributeValue | Record<string, AttributeValue>> = {};
  for (const [key, value] of Object.entries(body)) {
    const { schema, rest } = splitUrn(type, key);
    if (rest === "") {
      if (!isObject(value)) continue;
      for (const [name, inner] of Object.entries(value)) put(document, type, `${schema.id}:${name}`, inner, skip);
    } else put(document, type, key, value, skip);
  }
  return orderDocument(type, document);
}

function put(
  document: Record<string, AttributeValue | Record<string, AttributeValue>>,
  type: ResourceType,
  path: string,
  given: unknown,
  skip: string | null,
): void {
  const found = findAttribute(type, path);
  if (found === null || found.attribute.mutability !== "readWrite" || found.attribute.name === skip) return;
  const { extension, attribute, sub } = found;
  const value = sub === null ? readValue(attribute, given) : readSub(attribute, sub, given);
  if (value === null) return;
  const target = extension === null ? document : ((document[extension] ??= {}) as Record<string, AttributeValue>);
  const before = target[attribute.name];
  target[attribute.name] =
    isObject(before) && isObject(value) && !attribute.multiValued ? { ...(before as Complex), ...value } : value;
}

function readSub(attribute: Attribute, sub: Attribute, given: unknown): Complex | null {
  if (attribute.multiValued)
    throw invalid("invalidValue", `${attribute.name}: is a list, so its ${sub.name} needs a value path.`);
  const value = readSimple(sub, given, `${attribute.name}.${sub.name}`);
  return value === null ? null : { [sub.name]: value };
}

/** Attributes in the order of the schema, so that equal documents are equal texts. */
export function orderDocument(type: ResourceType, document: Document): Document {
  const pick = ({ attributes }: Pick<Schema, "attributes">, from: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(
      attributes.flatMap(({ name }) => (from[name] === undefined ? [] : [[name, from[name] as AttributeValue]])),
    );
  const extensions = type.extensions.flatMap((schema) => {
    const values = pick(schema, (document[schema.id] ?? {}) as Document);
    return Object.keys(values).length === 0 ? [] : [[schema.id, values] as const];
  });
  return {
    ...pick({ attributes: COMMON_ATTRIBUTES }, document),
    ...pick(type.core, document),
    ...Object.fromEntries(extensions),
  };
}

/**
 * Reads the value of an attribute. `null`, an empty text and an empty list are the same as no value (RFC 7643, section 2.5).
 *
 * @throws SCIM_REQUEST_INVALID for a value of the wrong type
 */
export function readValue(attribute: Attribute, given: unknown): AttributeValue | null {
  if (given === null || given === undefined || given === "") return null;
  if (attribute.multiValued) return readList(attribute, given);
  if (attribute.type !== "complex") return readSimple(attribute, given, attribute.name);
  // Entra ID documents the manager as a bare id and as a list.
  const single = Array.isArray(given) ? (given as readonly unknown[])[0] : given;
  return readComplex(attribute, single);
}

/**
 * Refuses a list of too many values, also after each change of a PATCH. Each new value is compared with all values of the
 * list, so a long list would cost too much time.
 *
 * @throws SCIM_REQUEST_INVALID
 */
export function requireFew<List extends readonly unknown[] | null>({ name }: Attribute, list: List): List {
  if (list !== null && list.length > MOST_ELEMENTS)
    throw invalid("invalidValue", `${name}: has ${list.length} values; send at most ${MOST_ELEMENTS}.`);
  return list;
}

function readList(attribute: Attribute, given: unknown): readonly Complex[] | null {
  const elements = Array.isArray(given) ? (given as readonly unknown[]) : [given];
  requireFew(attribute, elements);
  const read = elements.map((element) => readComplex(attribute, element)).filter((element) => element !== null);
  if (read.filter(({ primary }) => primary === true).length > 1)
    throw invalid("invalidValue", `${attribute.name}: more than one value is primary; mark at most one.`);
  return read.length === 0 ? null : read;
}

/** Reads an element of a list, or a complex value. `null` if it has no value. */
export function readComplex(attribute: Attribute, given: unknown): Complex | null {
  if (given === null || given === undefined || given === "") return null;
  const { name, subAttributes = [] } = attribute;
  if (typeof given === "string" && findByName(subAttributes, "value") !== null)
    return readComplex(attribute, { value: given });
  if (!isObject(given)) throw invalid("invalidValue", `${name}: must be an object.`);
  const read: Record<string, Simple> = {};
  for (const sub of subAttributes) {
    const key = Object.keys(given).find((each) => each.toLowerCase() === sub.name.toLowerCase());
    const value = key === undefined ? null : readSimple(sub, given[key], `${name}.${sub.name}`);
    if (value !== null) read[sub.name] = value;
  }
  return Object.keys(read).length === 0 ? null : read;
}

/** Reads a text or a boolean. Entra ID sends `"False"` for a boolean by default. */
export function readSimple(attribute: Attribute, given: unknown, path: string): Simple | null {
  if (given === null || given === undefined || given === "") return null;
  if (attribute.type === "boolean") {
    if (typeof given === "boolean") return given;
    const word = typeof given === "string" ? given.trim().toLowerCase() : "";
    if (word !== "true" && word !== "false") throw invalid("invalidValue", `${path}: must be true or false.`);
    return word === "true";
  }
  const text = typeof given === "number" ? String(given) : given;
  if (typeof text !== "string") throw invalid("invalidValue", `${path}: must be a text.`);
  if (text.length > LONGEST_TEXT)
    throw invalid("invalidValue", `${path}: has ${text.length} characters; send at most ${LONGEST_TEXT}.`);
  const misleading = findMisleading(text);
  if (misleading !== null) throw invalid("invalidValue", `${path}: ${misleading}.`);
  return text;
}

/** Whether a value of JSON is an object. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The values of an object under these names. Names ignore case (RFC 7643, section 2.1). */
export function pick<Name extends string>(
  object: Readonly<Record<string, unknown>>,
  names: readonly Name[],
): Partial<Readonly<Record<Name, unknown>>> {
  const keys = new Map(Object.keys(object).map((key) => [key.toLowerCase(), key] as const));
  const entries = names.flatMap((name) => {
    const key = keys.get(name.toLowerCase());
    return key === undefined ? [] : [[name, object[key]] as const];
  });
  return Object.fromEntries(entries) as Partial<Readonly<Record<Name, unknown>>>;
}
