/** Evaluates a condition on values in memory, for value paths of PATCH. The SQL of the same condition must agree with it. */
import type { ResourceCondition, ValueTest } from "../../provisioning/directory/resource/condition.js";
import type { IndexedValue } from "../../provisioning/directory/resource/resource.js";

/**
 * Whether values pass a condition.
 *
 * @param id the id of the resource, for conditions about whole resources; `null` for the element of a list
 */
export function passes(
  condition: ResourceCondition,
  values: readonly IndexedValue[],
  id: string | null = null,
): boolean {
  switch (condition.kind) {
    case "AND":
      return condition.conditions.every((each) => passes(each, values, id));
    case "OR":
      return condition.conditions.some((each) => passes(each, values, id));
    case "NOT":
      return !passes(condition.condition, values, id);
    case "VALUE":
      return values.some(
        ({ attribute, key }) => attribute === condition.attribute && test(key, condition.test, condition.key),
      );
    case "PRESENT":
      return values.some(({ attribute }) => condition.attributes.includes(attribute));
    case "ELEMENT": {
      const inside = values.filter(({ attribute }) => condition.attributes.includes(attribute));
      return [...new Set(inside.map(({ element }) => element))].some((place) =>
        passes(
          condition.condition,
          inside.filter(({ element }) => element === place),
        ),
      );
    }
    case "ID":
      if (id !== null) return condition.id === id;
      throw new TypeError("A condition on an id is about a resource, not about values.");
    case "TIME":
      // A resource that is not stored has no times.
      if (id !== null) return false;
      throw new TypeError("A condition on a time is about a resource, not about values.");
    case "MEMBER":
    case "IN_GROUP":
      throw new TypeError(`A condition of the kind ${condition.kind} is about rows, not about values.`);
  }
}

function test(key: string, how: ValueTest, other: string): boolean {
  switch (how) {
    case "EQ":
      return key === other;
    case "CONTAINS":
      return key.includes(other);
    case "STARTS":
      return key.startsWith(other);
    case "ENDS":
      return key.endsWith(other);
    case "GT":
      return compare(key, other) > 0;
    case "GE":
      return compare(key, other) >= 0;
    case "LT":
      return compare(key, other) < 0;
    case "LE":
      return compare(key, other) <= 0;
  }
}

/** Databases compare code points, JavaScript compares UTF-16 units. The bytes of UTF-8 have the order of the code points. */
function compare(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}
