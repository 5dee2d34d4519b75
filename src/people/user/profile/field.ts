/**
 * Fields of a person and where their values come from. Several sources may give a value for one field; the organization's
 * precedence decides which is shown. Pure: values in, values out.
 */
import { joinNames, type PersonFields } from "../user.js";

/** The fields that every account has columns for. */
export const CORE_FIELDS = ["email", "username", "firstName", "lastName", "fullName", "employeeId"] as const;

/** Further fields of a profile, in the order of forms. */
export const PROFILE_FIELDS = [
  "phone",
  "jobTitle",
  "department",
  "division",
  "streetAddress",
  "city",
  "state",
  "zipCode",
  "managerName",
  "managerEmail",
  "costCenter",
  "locale",
  "timeZone",
] as const;

type CoreField = (typeof CORE_FIELDS)[number];
export type ProfileField = (typeof PROFILE_FIELDS)[number];
/** An organization's own attribute. */
type CustomField = `custom.${string}`;
export type FieldName = CoreField | ProfileField | CustomField;

/** The form of a custom attribute's name, with its prefix. */
const CUSTOM_FIELD = /^custom\.[A-Za-z][A-Za-z0-9_-]{0,49}$/;

/** Whether a text names a field: one that Usher knows, or `custom.NAME`. */
export function isFieldName(name: string): name is FieldName {
  return (
    (CORE_FIELDS as readonly string[]).includes(name) ||
    (PROFILE_FIELDS as readonly string[]).includes(name) ||
    CUSTOM_FIELD.test(name)
  );
}

/** Who gives values, in the order in which they win unless the organization says otherwise. */
export const FIELD_SOURCES = ["SCIM", "SSO", "FILE", "ADMIN", "API", "PERSON"] as const;
export type FieldSource = (typeof FIELD_SOURCES)[number];

/** Longest value of a core field, in characters, as wide as its column; all others may have `LONGEST_VALUE`. */
const LONGEST: Readonly<Record<CoreField, number>> = {
  email: 254,
  username: 254,
  firstName: 200,
  lastName: 200,
  fullName: 400,
  employeeId: 200,
};
const LONGEST_VALUE = 2000;

/** How long a value of a field may be, in characters. */
export function longestValueOf(field: FieldName): number {
  return (LONGEST as Readonly<Record<string, number>>)[field] ?? LONGEST_VALUE;
}

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
