/**
 * Loaders join the single look-ups of one request into few queries. Each loader is declared once, next to its feature,
 * and keeps what it has read until the request or a mutation ends.
 */
import DataLoader from "dataloader";
import { defaultFieldResolver, type GraphQLSchema } from "graphql";

/** The most keys in one query, because databases limit the number of bound values. */
const MAXIMUM_BATCH_SIZE = 500;

type Loaders = Map<object, DataLoader<string, unknown>>;
const loadersByContext = new WeakMap<object, Loaders>();

/**
 * Declares a loader of one value for a key.
 * @param batch reads the values of distinct keys; a key that is not in the map loads `null`
 * @returns the request's own loader: `loadUser(context).load(id)`
 */
export function defineLoader<Context extends object, Value>(
  batch: (keys: readonly string[], context: Context) => Promise<ReadonlyMap<string, Value>>,
): (context: Context) => DataLoader<string, Value | null> {
  return declare(batch, () => null);
}

/**
 * Declares a loader of a list for a key.
 * @param batch reads the lists of distinct keys; a key that is not in the map loads an empty list
 */
export function defineListLoader<Context extends object, Value>(
  batch: (keys: readonly string[], context: Context) => Promise<ReadonlyMap<string, readonly Value[]>>,
): (context: Context) => DataLoader<string, readonly Value[]> {
  return declare(batch, () => []);
}

/**
 * Makes each mutation of a schema clear the loaders of its request. Otherwise, the fields of the mutation and later
 * mutations in the document would read values from before the change.
 */
export function clearLoadersAfterMutations(schema: GraphQLSchema): void {
  for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    const resolve = field.resolve ?? defaultFieldResolver;
    field.resolve = async (source, args, context: object, info) => {
      try {
        return (await resolve(source, args, context, info)) as unknown;
      } finally {
        loadersByContext.delete(context);
      }
    };
  }
}

function declare<Context extends object, Value, Missing>(
  batch: (keys: readonly string[], context: Context) => Promise<ReadonlyMap<string, Value>>,
  missing: () => Missing,
): (context: Context) => DataLoader<string, Value | Missing> {
  return (context) => {
    let loaders = loadersByContext.get(context);
    if (loaders === undefined) {
      loaders = new Map();
      loadersByContext.set(context, loaders);
    }
    let loader = loaders.get(batch);
    if (loader === undefined) {
      loader = new DataLoader<string, unknown>(
        async (keys) => {
          const values = await batch(keys, context);
          return keys.map((key) => (values.has(key) ? values.get(key) : missing()));
        },
        { maxBatchSize: MAXIMUM_BATCH_SIZE },
      );
      loaders.set(batch, loader);
    }
    // The loader under the key `batch` was made above, with the types of this declaration.
    return loader as DataLoader<string, Value | Missing>;
  };
}
