/** Lists the values of a document in the form that filters compare. */
import type { IndexedValue } from "../../provisioning/directory/resource/resource.js";
import type { Attribute } from "../schema/attribute.js";
import { COMMON_ATTRIBUTES, type ResourceType } from "../schema/schemas.js";
import type { Complex, Document, Simple } from "./read-document.js";
import { valueKey } from "./value-key.js";

/**
 * Every value of a document. Names of an extension's attributes begin with `enterprise:`, because the core schema may have an
 * attribute of the same name.
 */
export function indexDocument(type: ResourceType, document: Document): readonly IndexedValue[] {
  const core = [...COMMON_ATTRIBUTES, ...type.core.attributes].flatMap((attribute) =>
    indexAttribute(attribute, document[attribute.name], null),
  );
  const extended = type.extensions.flatMap(({ id, attributes }) =>
    attributes.flatMap((attribute) =>
      indexAttribute(attribute, (document[id] as Document | undefined)?.[attribute.name], id),
    ),
  );
  return [...core, ...extended];
}

function indexAttribute(attribute: Attribute, value: unknown, extension: string | null): readonly IndexedValue[] {
  if (value === undefined) return [];
  if (attribute.type !== "complex")
    return [
      { attribute: indexName(extension, attribute, null), element: 0, key: valueKey(attribute, value as Simple) },
    ];
  const elements = (attribute.multiValued ? value : [value]) as readonly Complex[];
  return elements.flatMap((element, place) =>
    (attribute.subAttributes ?? []).flatMap((sub) => {
      const inner = element[sub.name];
      const name = indexName(extension, attribute, sub);
      return inner === undefined ? [] : [{ attribute: name, element: place, key: valueKey(sub, inner) }];
    }),
  );
}

/** The name under which values of an attribute are stored. */
export function indexName(extension: string | null, attribute: Attribute, sub: Attribute | null): string {
  const path = sub === null ? attribute.name : `${attribute.name}.${sub.name}`;
  return `${extension === null ? "" : "enterprise:"}${path.toLowerCase()}`;
}
