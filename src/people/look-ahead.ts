/**
 * Looks ahead at what a query asks of the items of a page, so that one query reads it for all of them before the items
 * are resolved: a loader gives the same rows, but a promise for each item.
 */
import { Kind, type GraphQLResolveInfo, type SelectionSetNode } from "graphql";

/** The fields that lie between a page and its items; a membership has what is read with its user. */
const WAYS_TO_ITEMS: ReadonlySet<string> = new Set(["nodes", "edges", "node", "membership"]);

/**
 * Whether a query asks the items of a page for one of these fields.
 *
 * @param info of the resolver that answers the page
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
