/**
 * Fields of a person and where their values come from. Several sources may give a value for one field; the organization's
 * precedence decides which is shown. Pure: values in, values out.
 */
import { joinNames, type PersonFields } from "../user.js";
import { CORE_FIELDS, type CoreField, type FieldName } from "./field-name.js";

/** Who gives values, in the order in which they win unless the organization says otherwise. */
export const FIELD_SOURCES = ["SCIM", "SSO", "FILE", "ADMIN", "API", "PERSON"] as const;
export type FieldSource = (typeof FIELD_SOURCES)[number];

/** What one source says: `null` says that there is nothing, absence says nothing. */
export type FieldValues = { readonly [Field in FieldName]?: string | null };

/** Values with their source, as a door hands them in. */
export interface GivenFields {
  readonly source: FieldSource;
  /** The connection, directory, import, user or API key. */
  readonly sourceId: string | null;
  readonly values: FieldValues;
}

/** One value that one source gave. */
export interface FieldValue {
  readonly field: FieldName;
  readonly source: FieldSource;
  readonly sourceId: string | null;
  /** Empty where the source says that there is nothing. */
  readonly value: string;
  readonly givenAt: Date;
}

/** What has to be written so that a source's new word holds. */
export interface FieldWrites {
  readonly put: readonly FieldValue[];
  readonly remove: readonly Pick<FieldValue, "field" | "source">[];
  /** Every value, of every source, after the writes. */
  readonly after: readonly FieldValue[];
}

/** Compares a source's word with what is stored. Nothing is written again that is there already. */
export function planFields(before: readonly FieldValue[], given: GivenFields, now: Date): FieldWrites {
  const put: FieldValue[] = [];
  const remove: Pick<FieldValue, "field" | "source">[] = [];
  for (const [name, value] of Object.entries(given.values) as [FieldName, string | null | undefined][]) {
    if (value === undefined) continue;
    const present = before.find(({ field, source }) => field === name && source === given.source);
    const elsewhere = before.some(({ field, source }) => field === name && source !== given.source);
    // Where another source has a value, taking it back would bring that one up: emptiness is a word of its own then.
    if ((value ?? "") === "" && !elsewhere) {
      if (present) remove.push({ field: name, source: given.source });
    } else if (present?.value !== (value ?? ""))
      put.push({ field: name, source: given.source, sourceId: given.sourceId, value: value ?? "", givenAt: now });
  }
  const touched = [...put, ...remove];
  const kept = before.filter(
    ({ field, source }) => !touched.some((each) => each.field === field && each.source === source),
  );
  return { put, remove, after: [...kept, ...put] };
}

/** Every source, the strongest first: those that a precedence leaves out come last, in their usual order. */
export function orderSources(precedence: readonly FieldSource[]): readonly FieldSource[] {
  return [...precedence, ...FIELD_SOURCES.filter((source) => !precedence.includes(source))];
}

/** The value that is shown for each field: the first source of the precedence that has one. */
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
 * The columns of an account under its winning values. E-mail address and names are never empty: where no source gives one
 * any more, what was there stays. A full name that no source gives follows the first and last name.
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

/** The winning values of everything that has no column, by field. */
export function profileOf(winners: ReadonlyMap<FieldName, FieldValue>): Readonly<Record<string, string>> {
  const shown = [...winners.values()].filter(
    ({ field, value }) => value !== "" && !(CORE_FIELDS as readonly string[]).includes(field),
  );
  return Object.fromEntries(
    shown.map(({ field, value }) => [field, value] as const).toSorted(([left], [right]) => (left < right ? -1 : 1)),
  );
}

/**
 * The fields of a source's word that change nothing, because a source that wins over it gives another value. Whoever
 * changes a field by hand must hear of it.
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
