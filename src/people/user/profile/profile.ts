/** What is shown of a person's fields, and which of them the person may change. Pure: values in, values out. */
import { chooseWinners, orderSources, type FieldSource, type FieldValue } from "./field.js";
import { CORE_FIELDS, PROFILE_FIELDS, type FieldName } from "./field-name.js";
import type { AuthMethod } from "../user.js";

const FORM_ORDER: readonly string[] = [...CORE_FIELDS, ...PROFILE_FIELDS];

/** In the order of forms; an organization's own attributes follow by name. */
function byField(left: FieldValue, right: FieldValue): number {
  const [one, other] = [placeOf(left.field), placeOf(right.field)];
  if (one !== other) return one - other;
  return left.field < right.field ? -1 : Number(left.field > right.field);
}

function placeOf(field: FieldName): number {
  const place = FORM_ORDER.indexOf(field);
  return place === -1 ? FORM_ORDER.length : place;
}

/** The values that are shown, in the order of forms. */
export function shownFields(values: readonly FieldValue[], precedence: readonly FieldSource[]): readonly FieldValue[] {
  return [...chooseWinners(values, precedence).values()].filter(({ value }) => value !== "").toSorted(byField);
}

/** Every source's word, in the order of forms, the strongest source of a field first. */
export function allFields(values: readonly FieldValue[], precedence: readonly FieldSource[]): readonly FieldValue[] {
  const order = orderSources(precedence);
  return values.toSorted(
    (left, right) => byField(left, right) || order.indexOf(left.source) - order.indexOf(right.source),
  );
}

/**
 * What keeps a person from changing fields, by field: a word of a stronger source, and, for single sign-on accounts, every
 * value that the identity provider supplies, wherever the organization has put the person's own word.
 */
export function findLocks(
  values: readonly FieldValue[],
  precedence: readonly FieldSource[],
  authMethod: AuthMethod,
): ReadonlyMap<FieldName, FieldSource> {
  const order = orderSources(precedence);
  const person = order.indexOf("PERSON");
  const locks = new Map<FieldName, FieldSource>();
  for (const { field, source, value } of allFields(values, precedence)) {
    const isSupplied = authMethod === "SSO" && (source === "SSO" || source === "SCIM") && value !== "";
    if (!locks.has(field) && (order.indexOf(source) < person || isSupplied)) locks.set(field, source);
  }
  return locks;
}
