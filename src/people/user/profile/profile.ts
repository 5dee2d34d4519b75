/** The shown values of a person's fields, and the fields that the person may change. Pure: values in, values out. */
import { chooseWinners, orderSources, type FieldSource, type FieldValue } from "./field.js";
import { CORE_FIELDS, PROFILE_FIELDS, type FieldName } from "./field-name.js";
import type { AuthMethod } from "../user.js";

const FORM_ORDER: readonly string[] = [...CORE_FIELDS, ...PROFILE_FIELDS];

/** In the order of forms, then the organization's own attributes by name. */
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

/** The values of every source, in the order of forms. For one field, the source with the highest precedence comes first. */
export function allFields(values: readonly FieldValue[], precedence: readonly FieldSource[]): readonly FieldValue[] {
  const order = orderSources(precedence);
  return values.toSorted(
    (left, right) => byField(left, right) || order.indexOf(left.source) - order.indexOf(right.source),
  );
}

/**
 * The sources that keep a person from changing a field, by field: sources with higher precedence than the person. For SSO
 * accounts, the identity provider, too, keeps the person from changing every value that it supplies, whatever its precedence.
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
