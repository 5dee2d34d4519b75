/** Applies one change of a PATCH to a document (RFC 7644, sections 3.5.2.1 to 3.5.2.3). Pure: returns a new document. */
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

/** @throws SCIM_REQUEST_INVALID: `invalidValue` for a value of the wrong type, `noTarget` if no element matches */
export function applyChange(document: Document, change: Change): Document {
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
  const added = given.filter((element) => !before.some((other) => isSame(attribute, other, element)));
  return onePrimary([...before, ...added], added);
}

function readGiven(attribute: Attribute, value: unknown): readonly Complex[] {
  return (readValue(attribute, value) ?? []) as readonly Complex[];
}

/** Entra ID removes elements by a list of their values. */
function without(attribute: Attribute, before: readonly Complex[], given: readonly Complex[]): readonly Complex[] {
  return before.filter(
    (element) => !given.some(({ value }) => value !== undefined && isSame(attribute, element, { value })),
  );
}

/** Whether an element has every value that `named` contains. The mark of the primary element does not count. */
function isSame(attribute: Attribute, element: Complex, named: Complex): boolean {
  const subs = (attribute.subAttributes ?? []).filter(({ name }) => name !== "primary" && named[name] !== undefined);
  return subs.every(
    (sub) => element[sub.name] !== undefined && valueKey(sub, element[sub.name]!) === valueKey(sub, named[sub.name]!),
  );
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
