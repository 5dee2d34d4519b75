/**
 * Finds out which fields of a page's items a query selects, so that they are read with the page. A loader returns the same
 * rows, but costs a promise for each item.
 */
import { Kind, type GraphQLResolveInfo, type SelectionSetNode } from "graphql";

/** The fields between a page and its items. The data of a membership is read with its user. */
const WAYS_TO_ITEMS: ReadonlySet<string> = new Set(["nodes", "edges", "node", "membership"]);

/**
 * Whether a query selects one of these fields of a page's items.
 *
 * @param info of the resolver that returns the page
 */
export function asksItemsFor(info: GraphQLResolveInfo, fields: ReadonlySet<string>): boolean {
  const seen = new Set<string>();
  const finds = (selectionSet: SelectionSetNode | undefined): boolean =>
    selectionSet?.selections.some((selection) => {
      switch (selection.kind) {
        case Kind.INLINE_FRAGMENT:
          return finds(selection.selectionSet);
        case Kind.FRAGMENT_SPREAD: {
          const name = selection.name.value;
          if (seen.has(name)) return false;
          seen.add(name);
          return finds(info.fragments[name]?.selectionSet);
        }
        case Kind.FIELD:
          return (
            fields.has(selection.name.value) ||
            (WAYS_TO_ITEMS.has(selection.name.value) && finds(selection.selectionSet))
          );
      }
    }) ?? false;
  return info.fieldNodes.some((node) => finds(node.selectionSet));
}
