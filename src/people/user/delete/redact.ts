/** Removes an erased person from events and audit entries. Pure: values in, values out. */

/** The text that replaces personal data. */
export const ERASED = "[erased]";

/** Names of values that do not identify a person: ids, keys and statuses. Every other text is replaced. */
const KEPT: ReadonlySet<string> = new Set([
  "id",
  "status",
  "authMethod",
  "roles",
  "groups",
  "connectionId",
  "reference",
  "code",
]);

/**
 * A value of the log without personal data. Every text is replaced, at any depth, unless its name is in `KEPT`: new kinds
 * of data are erased by default. Property names, numbers and nulls stay, so that the value keeps the event type's shape.
 */
export function redactPerson(data: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => [name, KEPT.has(name) ? value : redactValue(value)]),
  );
}

function redactValue(value: unknown): unknown {
  if (typeof value === "string") return ERASED;
  if (Array.isArray(value)) return value.map(redactValue);
  if (typeof value === "object" && value !== null) return redactPerson(value as Readonly<Record<string, unknown>>);
  return value;
}
