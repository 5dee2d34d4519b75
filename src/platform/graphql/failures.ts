/** The failures of the GraphQL endpoint itself, and the catalogue of all failures. */
import { defineFailure, type FailureDefinition } from "../errors/failure.js";

export const GRAPHQL_PARSE_FAILED = defineFailure<{ reason: string }>({
  code: "GRAPHQL_PARSE_FAILED",
  status: 400,
  message: ({ reason }) => reason,
  remedy: "Correct the GraphQL document where `locations` points.",
});

export const GRAPHQL_VALIDATION_FAILED = defineFailure<{ reason: string }>({
  code: "GRAPHQL_VALIDATION_FAILED",
  status: 400,
  message: ({ reason }) => reason,
  remedy:
    "Compare the document with graphql/schema.graphql; a code generator finds such mistakes before they are sent.",
});

/** The code and message on which Apollo Client's link sends the whole document instead. */
export const PERSISTED_QUERY_NOT_SUPPORTED = defineFailure({
  code: "PERSISTED_QUERY_NOT_SUPPORTED",
  status: 400,
  message: "PersistedQueryNotSupported",
  remedy: "Send the whole document in `query`, and switch automatic persisted queries off in the client.",
});

export const REQUEST_TOO_LARGE = defineFailure<{ maximumBytes: number }>({
  code: "REQUEST_TOO_LARGE",
  status: 413,
  message: ({ maximumBytes }) => `The request is too large: its body may have ${maximumBytes} bytes.`,
  remedy: "Split the work over several requests; large lists of people have the file import.",
});

/** The failures that the GraphQL endpoint adds to the catalogue. */
export const GRAPHQL_FAILURES = [
  GRAPHQL_PARSE_FAILED,
  GRAPHQL_VALIDATION_FAILED,
  PERSISTED_QUERY_NOT_SUPPORTED,
  REQUEST_TOO_LARGE,
] as const;

/** Any failure definition. `never`, because the message function takes the data. */
export type AnyFailureDefinition = FailureDefinition<never>;

/** Any failure: every `Failure<Data>` is assignable to it. */
export interface AnyFailure extends Error {
  readonly code: string;
  readonly status: number;
  readonly remedy: string;
  readonly details: unknown;
}

/** Every failure of an installation, by code. */
export type Catalogue = ReadonlyMap<string, AnyFailureDefinition>;

/**
 * Joins lists of failures into a catalogue, sorted by code.
 * @throws Error when two definitions have the same code, or a code cannot be an enum value of the schema
 */
export function assembleCatalogue(...lists: readonly (readonly AnyFailureDefinition[])[]): Catalogue {
  const byCode = new Map<string, AnyFailureDefinition>();
  for (const definition of lists.flat()) {
    if (!/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/.test(definition.code)) {
      throw new Error(`The failure code ${JSON.stringify(definition.code)} is not upper case with underscores.`);
    }
    const known = byCode.get(definition.code);
    if (known !== undefined && known !== definition) {
      throw new Error(`Two failures share the code ${definition.code}.`);
    }
    byCode.set(definition.code, definition);
  }
  return new Map([...byCode].toSorted(([left], [right]) => (left < right ? -1 : 1)));
}
