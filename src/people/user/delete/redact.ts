/** What events and audit entries may still say of a person who was erased. Pure: values in, values out. */

/** What stands where something stood that told who it was. */
export const ERASED = "[erased]";

/** Names of values that tell nothing of the person: ids, keys and states. Everything else is taken out. */
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
 * A value of the log without the person: every text under a name that is not known to be harmless is replaced, however
 * deep it lies, so that a new kind of data is erased before anybody has thought of it. Names, numbers and what is null
 * stay, and with them the form that the event's type declares.
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
