/** Applies the changes of a PATCH to a document (RFC 7644, sections 3.5.2.1 to 3.5.2.3). Pure: returns a new document. */
import type { IndexedValue } from "../../provisioning/directory/resource/resource.js";
import { invalid } from "../failures.js";
import { passes } from "../filter/evaluate-condition.js";
import { indexName } from "../resource/index-document.js";
import {
  readComplex,
  readSimple,
  readValue,
  requireFew,
  type AttributeValue,
  type Complex,
  type Document,
} from "../resource/read-document.js";
import { valueKey } from "../resource/value-key.js";
import type { Attribute } from "../schema/attribute.js";
import type { PatchPath } from "./read-path.js";
import type { Change } from "./read-patch.js";

/**
 * The largest number of list elements that the changes of one PATCH look at. A change of a list looks at each of its elements,
 * while the organization's other changes wait. Providers send a few changes of lists with a few elements.
 */
const MOST_LOOKED_AT = 3_000;

/**
 * @throws SCIM_REQUEST_INVALID: `invalidValue` for a value of the wrong type, `noTarget` if no element matches, `invalidSyntax`
 *   for too much work
 */
export function applyChanges(document: Document, changes: readonly Change[]): Document {
  let lookedAt = 0;
  return changes.reduce((before, change) => {
    lookedAt += countElements(before, change);
    if (lookedAt > MOST_LOOKED_AT)
      throw invalid(
        "invalidSyntax",
        `The PATCH looks at more than ${MOST_LOOKED_AT} values of lists. Send it in parts.`,
      );
    return applyChange(before, change);
  }, document);
}

/** The elements of the changed list, and those that the provider sent for it. */
function countElements(document: Document, { path: { extension, attribute }, value }: Change): number {
  if (!attribute.multiValued) return 0;
  const holder = (extension === null ? document : (document[extension] ?? {})) as Document;
  const before = (holder[attribute.name] ?? []) as readonly Complex[];
  return before.length + (Array.isArray(value) ? value.length : 0);
}

function applyChange(document: Document, change: Change): Document {
  const { extension, attribute } = change.path;
  if (attribute.mutability === "writeOnly") return document;
  const holder = (extension === null ? document : (document[extension] ?? {})) as Document;
  const before = holder[attribute.name] as AttributeValue | undefined;
  const after = attribute.multiValued
    ? requireFew(attribute, changeList((before ?? []) as readonly Complex[], change))
    : changeSingle(before as Exclude<AttributeValue, readonly Complex[]> | undefined, change);
  const changed = withValue(holder, attribute.name, after);
  return extension === null ? changed : withValue(document, extension, changed);
}

/** Sets or removes a key. An object without values is no value. */
function withValue(document: Document, key: string, value: unknown): Document {
  const { [key]: _before, ...others } = document;
  return isEmpty(value) ? others : ({ ...others, [key]: value } as Document);
}

function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || (typeof value === "object" && Object.keys(value).length === 0);
}

function changeSingle(
  before: Exclude<AttributeValue, readonly Complex[]> | undefined,
  { op, path: { attribute, sub }, value }: Change,
): AttributeValue | null {
  if (sub !== null) return setSub(attribute, (before ?? {}) as Complex, sub, op === "remove" ? null : value);
  const given = op === "remove" ? null : readValue(attribute, value);
  // A complex value changes the sub-attributes that it names.
  return given !== null && attribute.type === "complex"
    ? { ...(before as Complex | undefined), ...(given as Complex) }
    : given;
}

function setSub(attribute: Attribute, before: Complex, sub: Attribute, value: unknown): Complex {
  return withValue(before, sub.name, readSimple(sub, value, `${attribute.name}.${sub.name}`)) as Complex;
}

function changeList(before: readonly Complex[], change: Change): readonly Complex[] | null {
  const { op, path, value } = change;
  const { attribute, elements, sub } = path;
  if (elements !== null || sub !== null) return changeElements(before, change);
  if (op === "remove") return value == null ? null : without(attribute, before, readGiven(attribute, value));
  const given = readGiven(attribute, value);
  if (op === "replace") return given;
  const present = before.map((element) => keysOf(attribute, element));
  const added = given.filter((element) => {
    const named = keysOf(attribute, element);
    return !present.some((other) => isSame(other, named));
  });
  return onePrimary([...before, ...added], added);
}

function readGiven(attribute: Attribute, value: unknown): readonly Complex[] {
  return (readValue(attribute, value) ?? []) as readonly Complex[];
}

/** Entra ID removes elements by a list of their values. */
function without(attribute: Attribute, before: readonly Complex[], given: readonly Complex[]): readonly Complex[] {
  const named = given.flatMap(({ value }) => (value === undefined ? [] : [keysOf(attribute, { value })]));
  return before.filter((element) => {
    const keys = keysOf(attribute, element);
    return !named.some((each) => isSame(keys, each));
  });
}

type Keys = ReadonlyMap<string, string>;

/** The keys of an element's values, by sub-attribute. The mark of the primary element does not count. */
function keysOf(attribute: Attribute, element: Complex): Keys {
  const subs = (attribute.subAttributes ?? []).filter(({ name }) => name !== "primary" && element[name] !== undefined);
  return new Map(subs.map((sub) => [sub.name, valueKey(sub, element[sub.name]!)]));
}

/** Whether an element has every value that `named` contains. */
function isSame(element: Keys, named: Keys): boolean {
  return [...named].every(([name, key]) => element.get(name) === key);
}

function changeElements(before: readonly Complex[], { op, path, value }: Change): readonly Complex[] | null {
  const { attribute, sub, elements } = path;
  const isSelected = (element: Complex) => elements === null || passes(elements.condition, indexElement(path, element));
  const selected = before.filter(isSelected);
  if (op === "remove") {
    if (sub === null) return before.filter((element) => !isSelected(element));
    return before
      .map((each) => (isSelected(each) ? setSub(attribute, each, sub, null) : each))
      .filter((each) => !isEmpty(each));
  }
  if (selected.length > 0) {
    const changed = new Map(selected.map((element) => [element, changeElement(path, op, element, value)]));
    const after = before.map((element) => changed.get(element) ?? element).filter((element) => !isEmpty(element));
    return onePrimary(after, [...changed.values()]);
  }
  // Clearing a value that is not there changes nothing, and is not an error.
  if (value === null || value === "") return before;
  // Entra ID creates an entry by a value path that describes it, also by Replace.
  if (elements?.described == null)
    throw invalid("noTarget", `No value of ${attribute.name} matches the filter of the path.`);
  const made = changeElement(path, op, elements.described, value);
  return onePrimary([...before, made], [made]);
}

function changeElement({ attribute, sub }: PatchPath, op: Change["op"], element: Complex, value: unknown): Complex {
  if (sub !== null) return setSub(attribute, element, sub, value);
  const given = readComplex(attribute, value) ?? {};
  return op === "add" ? { ...element, ...given } : given;
}

function indexElement({ extension, attribute }: PatchPath, element: Complex): readonly IndexedValue[] {
  return (attribute.subAttributes ?? []).flatMap((sub) => {
    const value = element[sub.name];
    if (value === undefined) return [];
    return [{ attribute: indexName(extension, attribute, sub), element: 0, key: valueKey(sub, value) }];
  });
}

/** A new primary value takes the mark from the one that had it (RFC 7644, section 3.5.2). */
function onePrimary(elements: readonly Complex[], changed: readonly Complex[]): readonly Complex[] {
  const primary = changed.findLast((element) => element["primary"] === true);
  if (primary === undefined) return elements;
  return elements.map((each) => (each === primary || each["primary"] !== true ? each : { ...each, primary: false }));
}
