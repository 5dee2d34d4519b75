/**
 * The fields of a person that a provider supplies: the fields that the connection type reads, and the fields of attribute
 * mappings. Pure.
 */
import type { NormalizedProfile } from "../../connection/contract/index.js";
import type { AttributeMapping } from "../../connection/mapping/mapping.js";
import type { FieldValues } from "../../people/user/profile/field.js";
import { isFieldName, longestValueOf, type FieldName } from "../../people/user/profile/field-name.js";
import { readEmailAddress } from "../../platform/errors/input.js";
import { cutText, normalizeLine } from "../../platform/text.js";

/** Joins several values of a claim in one field. */
const SEPARATOR = ", ";

/** How many characters of one value are read: more than any field holds, with white space around it. */
const LONGEST_READ = 10_000;

/** Fields that identify people. They are never cut, because a cut value could belong to a different person. */
const IDENTIFIERS: ReadonlySet<FieldName> = new Set(["email", "username", "employeeId"]);

/** A value that a provider supplies for a field. */
export interface SuppliedValue {
  readonly value: string;
  /** The claim that it came from; `null` if the connection type does not say. */
  readonly claim: string | null;
}

/** The parts of a profile that fields come from. */
type Supplied = Pick<
  NormalizedProfile,
  "email" | "username" | "firstName" | "lastName" | "fullName" | "employeeId" | "profile" | "sources" | "attributes"
>;

/**
 * The fields that the provider sent. An attribute mapping replaces the field that the connection type read. An invalid
 * address is left out.
 */
export function supplyFields(profile: Supplied, mappings: readonly AttributeMapping[]): FieldValues {
  return Object.fromEntries([...supplyValues(profile, mappings)].map(([field, { value }]) => [field, value]));
}

/** The supplied values by field, each with its claim. */
export function supplyValues(
  profile: Supplied,
  mappings: readonly AttributeMapping[],
): ReadonlyMap<FieldName, SuppliedValue> {
  const values = new Map<FieldName, SuppliedValue>();
  const supply = (field: FieldName, value: string | null | undefined, claim: string | null) => {
    const given = normalizeLine(value ?? "");
    const text = bound(field, field === "email" ? (readEmailAddress(given) ?? "") : given);
    if (text === "") return;
    values.set(field, { value: text, claim });
  };
  for (const field of ["email", "username", "firstName", "lastName", "fullName", "employeeId"] as const)
    supply(field, profile[field], profile.sources?.[field] ?? null);
  for (const [field, value] of Object.entries(profile.profile))
    if (isFieldName(field)) supply(field, value, profile.sources?.[field] ?? null);
  const mapped = new Set<string>();
  for (const { claim, field } of mappings) {
    const claimed = Object.hasOwn(profile.attributes, claim) ? (profile.attributes[claim] ?? []) : [];
    if (claimed.length === 0 || mapped.has(field) || !isFieldName(field)) continue;
    mapped.add(field);
    supply(field, join(claimed, field), claim);
  }
  return values;
}

/**
 * Joins the values of a claim, up to the length of the field. Without this limit, many mappings of a one-megabyte claim
 * would hold the organization's lock too long.
 */
function join(claimed: readonly string[], field: FieldName): string {
  const longest = longestValueOf(field);
  let joined = "";
  for (const value of claimed) {
    if (value.length > LONGEST_READ && IDENTIFIERS.has(field)) return "";
    const text = normalizeLine(value.slice(0, LONGEST_READ));
    if (text !== "") joined += joined === "" ? text : `${SEPARATOR}${text}`;
    if (joined.length > longest) break;
  }
  return joined;
}

function bound(field: FieldName, text: string): string {
  const longest = longestValueOf(field);
  if (text.length <= longest) return text;
  if (IDENTIFIERS.has(field)) return "";
  return cutText(text, longest).trimEnd();
}
