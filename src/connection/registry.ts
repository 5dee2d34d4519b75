/** The connection types of this installation, checked at start. */
import type { AnyConnectionType, RefusalText } from "./contract/index.js";
import { defineFailure, Failure, type FailureDefinition } from "../platform/errors/failure.js";
import { UNKNOWN_CONNECTION_TYPE } from "./failures.js";
import { findTypeMistakes } from "./find-type-mistakes.js";

export interface ConnectionTypeRegistry {
  readonly types: readonly AnyConnectionType[];
  /** Finds a type by its id; `null` if the type is not installed. */
  readonly find: (id: string) => AnyConnectionType | null;
  /** @throws UNKNOWN_CONNECTION_TYPE if the type is not installed */
  readonly get: (id: string) => AnyConnectionType;
  /** Finds a type by its key in GraphQL inputs, such as `entraId`; `null` if no installed type has it. */
  readonly findByKey: (key: string) => AnyConnectionType | null;
  /** The refusals of all types, for the catalogue of failures. */
  readonly refusals: readonly FailureDefinition[];
  /** Releases the resources of the types, such as worker threads. Called once, at stop. */
  readonly close: () => Promise<void>;
}

/** The declaration of a connection type has mistakes. The message names all of them. */
class ConnectionTypeMistake extends Error {
  override readonly name = "ConnectionTypeMistake";
}

/** The key of a type in GraphQL inputs: `entraId` for `entra-id`. */
export function keyOf(type: { readonly id: string }): string {
  return type.id.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** @throws ConnectionTypeMistake for duplicates and mistakes in declarations */
export function createRegistry(types: readonly AnyConnectionType[]): ConnectionTypeRegistry {
  const mistakes = types.flatMap((type) => findTypeMistakes(type).map((mistake) => `${type.id}: ${mistake}`));
  const byId = new Map<string, AnyConnectionType>();
  const byKey = new Map<string, AnyConnectionType>();
  for (const type of types) {
    if (byId.has(type.id)) mistakes.push(`${type.id}: another connection type has the same id`);
    else if (byKey.has(keyOf(type)))
      mistakes.push(`${type.id}: its GraphQL key ${keyOf(type)} is also that of ${byKey.get(keyOf(type))?.id}`);
    byId.set(type.id, type);
    byKey.set(keyOf(type), type);
  }
  const refusals = gatherRefusals(types, mistakes);
  if (mistakes.length > 0)
    throw new ConnectionTypeMistake(
      `Correct the declarations of connection types:\n${mistakes.map((each) => `  - ${each}`).join("\n")}`,
    );
  return {
    types: [...types],
    find: (id) => byId.get(id) ?? null,
    get: (id) => {
      const type = byId.get(id);
      if (type === undefined) throw new Failure(UNKNOWN_CONNECTION_TYPE, { type: id });
      return type;
    },
    findByKey: (key) => byKey.get(key) ?? null,
    refusals,
    close: async () => {
      await Promise.all(types.map(async (type) => await type.close?.()));
    },
  };
}

/**
 * Collects the refusals of all types. Types of one protocol share its refusals, so a code may occur twice. Two
 * different texts for one code are a mistake.
 */
function gatherRefusals(types: readonly AnyConnectionType[], mistakes: string[]): readonly FailureDefinition[] {
  const byCode = new Map<string, RefusalText>();
  for (const type of types)
    for (const [code, text] of Object.entries(type.refusals)) {
      const known = byCode.get(code);
      if (known === undefined) byCode.set(code, text);
      else if (known.message !== text.message || known.remedy !== text.remedy)
        mistakes.push(`${type.id}: its text of the refusal ${code} differs from another connection type's`);
    }
  return [...byCode].map(([code, text]) => defineFailure<unknown>({ code, status: 403, ...text }));
}
