/** Random users as a provider describes them, for properties. */
import fc from "fast-check";
import type { Document } from "../../src/scim/resource/read-document.js";
import type { Attribute } from "../../src/scim/schema/attribute.js";
import { COMMON_ATTRIBUTES, USER_TYPE } from "../../src/scim/schema/schemas.js";

/** Random values of an attribute, as the schema describes it. */
function valuesOf(attribute: Attribute): fc.Arbitrary<unknown> {
  if (attribute.type === "boolean") return fc.boolean();
  if (attribute.type !== "complex") return fc.string({ minLength: 1, maxLength: 8, unit: "grapheme-ascii" });
  const subs = (attribute.subAttributes ?? []).filter(({ name }) => name !== "primary");
  const single = fc.record(Object.fromEntries(subs.map((sub) => [sub.name, valuesOf(sub)])), { requiredKeys: [] });
  return attribute.multiValued ? fc.array(single, { maxLength: 3 }) : single;
}

const writable = (attributes: readonly Attribute[]) =>
  attributes.filter(({ mutability }) => mutability === "readWrite");
const recordOf = (attributes: readonly Attribute[]) =>
  fc.record(Object.fromEntries(writable(attributes).map((each) => [each.name, valuesOf(each)])), { requiredKeys: [] });
export const [enterprise] = USER_TYPE.extensions;
/** The body of a POST or PUT. */
export const userBody = fc
  .tuple(recordOf([...COMMON_ATTRIBUTES, ...USER_TYPE.core.attributes]), recordOf(enterprise!.attributes))
  .map(([core, extension]) => ({ ...core, [enterprise!.id]: extension }) as Readonly<Record<string, unknown>>);

/** Names every attribute, and every part of a complex one, so that nothing of the document before stays. */
export function replaceAll(after: Document): readonly object[] {
  const replace = (prefix: string, attributes: readonly Attribute[], values: Document) =>
    writable(attributes).flatMap((attribute) => {
      const value = values[attribute.name] ?? null;
      if (attribute.type !== "complex" || attribute.multiValued)
        return [{ op: "replace", path: `${prefix}${attribute.name}`, value }];
      return (attribute.subAttributes ?? []).map(({ name }) => ({
        op: "replace",
        path: `${prefix}${attribute.name}.${name}`,
        value: (value as Document | null)?.[name] ?? null,
      }));
    });
  return [
    ...replace("", [...COMMON_ATTRIBUTES, ...USER_TYPE.core.attributes], after),
    ...replace(`${enterprise!.id}:`, enterprise!.attributes, (after[enterprise!.id] ?? {}) as Document),
  ];
}
