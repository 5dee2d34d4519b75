/**
 * The values of a person's fields and their sources. Several sources may give a value for one field. The organization's
 * precedence decides which value is shown. Pure: values in, values out.
 */
import { joinNames, type PersonFields } from "../user.js";
import { CORE_FIELDS, type CoreField, type FieldName } from "./field-name.js";

/** The sources of values, in their default order of precedence. */
export const FIELD_SOURCES = ["SCIM", "SSO", "FILE", "ADMIN", "API", "PERSON"] as const;
export type FieldSource = (typeof FIELD_SOURCES)[number];

/** The values of one source: `null` means empty; an absent field is not given. */
export type FieldValues = { readonly [Field in FieldName]?: string | null };

/** New values with their source. */
export interface GivenFields {
  readonly source: FieldSource;
  /** The connection, directory, import, user or API key. */
  readonly sourceId: string | null;
  readonly values: FieldValues;
  /** Fields whose value the source withdraws, so that the value of the next source in precedence is shown; none if absent. */
  readonly withdrawn?: readonly FieldName[];
}

/** One value that one source gave. */
export interface FieldValue {
  readonly field: FieldName;
  readonly source: FieldSource;
  readonly sourceId: string | null;
  /** An empty text if the source gives an explicit empty value. */
  readonly value: string;
  readonly givenAt: Date;
}

/** The writes for a source's new values. */
export interface FieldWrites {
  readonly put: readonly FieldValue[];
  readonly remove: readonly Pick<FieldValue, "field" | "source">[];
  /** Every value, of every source, after the writes. */
  readonly after: readonly FieldValue[];
}

/** Compares a source's new values with the stored ones, and plans writes only for those that differ. */
export function planFields(before: readonly FieldValue[], given: GivenFields, now: Date): FieldWrites {
  const put: FieldValue[] = [];
  const remove: Pick<FieldValue, "field" | "source">[] = [];
  for (const [name, value] of Object.entries(given.values) as [FieldName, string | null | undefined][]) {
    if (value === undefined) continue;
    const present = before.find(({ field, source }) => field === name && source === given.source);
    const elsewhere = before.some(({ field, source }) => field === name && source !== given.source);
    // If another source has a value, the removal of this one would show that value. So the empty text is stored.
    if ((value ?? "") === "" && !elsewhere) {
      if (present) remove.push({ field: name, source: given.source });
    } else if (present?.value !== (value ?? ""))
      put.push({ field: name, source: given.source, sourceId: given.sourceId, value: value ?? "", givenAt: now });
  }
  for (const field of given.withdrawn ?? [])
    if (before.some((each) => each.field === field && each.source === given.source))
      remove.push({ field, source: given.source });
  const touched = [...put, ...remove];
  const kept = before.filter(
    ({ field, source }) => !touched.some((each) => each.field === field && each.source === source),
  );
  return { put, remove, after: [...kept, ...put] };
}

/** Every source, the highest precedence first. Sources that a precedence leaves out come last, in their default order. */
export function orderSources(precedence: readonly FieldSource[]): readonly FieldSource[] {
  return [...precedence, ...FIELD_SOURCES.filter((source) => !precedence.includes(source))];
}

/** The value that Usher shows for each field: the value of the source with the highest precedence. */
export function chooseWinners(
  values: readonly FieldValue[],
  precedence: readonly FieldSource[],
): ReadonlyMap<FieldName, FieldValue> {
  const order = orderSources(precedence);
  const winners = new Map<FieldName, FieldValue>();
  for (const value of values) {
    const present = winners.get(value.field);
    if (present === undefined || order.indexOf(value.source) < order.indexOf(present.source))
      winners.set(value.field, value);
  }
  return winners;
}

/**
 * The columns of an account from its winning values. E-mail address and names are never empty: if no source gives one,
 * the earlier value stays. If no source gives a full name, the full name is the first and last name.
 */
export function corePersonOf(winners: ReadonlyMap<FieldName, FieldValue>, before: PersonFields | null): PersonFields {
  const value = (field: CoreField) => winners.get(field)?.value || undefined;
  const required = (field: "email" | "firstName" | "lastName") => value(field) ?? before?.[field] ?? "";
  const firstName = required("firstName");
  const lastName = required("lastName");
  return {
    email: required("email"),
    username: value("username") ?? null,
    firstName,
    lastName,
    fullName: value("fullName") ?? joinNames(firstName, lastName),
    employeeId: value("employeeId") ?? null,
  };
}

/** The winning values of the fields without a column, by field. */
export function profileOf(winners: ReadonlyMap<FieldName, FieldValue>): Readonly<Record<string, string>> {
  const shown = [...winners.values()].filter(
    ({ field, value }) => value !== "" && !(CORE_FIELDS as readonly string[]).includes(field),
  );
  return Object.fromEntries(
    shown.map(({ field, value }) => [field, value] as const).toSorted(([left], [right]) => (left < right ? -1 : 1)),
  );
}

/**
 * The new values that have no effect, because a source with higher precedence gives a different value. A caller who
 * changes a field by hand gets an error for them.
 */
export function findOverruled(
  writes: FieldWrites,
  given: GivenFields,
  precedence: readonly FieldSource[],
): readonly FieldValue[] {
  const winners = chooseWinners(writes.after, precedence);
  return writes.put.flatMap(({ field, value }) => {
    const winner = winners.get(field);
    return winner !== undefined && winner.source !== given.source && winner.value !== value ? [winner] : [];
  });
}
