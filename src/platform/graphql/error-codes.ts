/** The catalogue of failures in the schema: the enum `ErrorCode`, and a query that explains each code. */
import { Field, Int, ObjectType, Query, registerEnumType, Resolver } from "type-graphql";
import type { Catalogue } from "./failures.js";

/**
 * The enum `ErrorCode` in decorators: `@Field(() => ErrorCode)`. It has values only while a schema is built, because only
 * `app` knows the whole catalogue.
 */
export const ErrorCode: Record<string, string> = {};
const valuesConfig: Record<string, { description: string }> = {};

registerEnumType(ErrorCode, {
  name: "ErrorCode",
  description:
    "Every code that `errors[].extensions.code` can have. Switch on these; sentences may change, codes do not.",
  valuesConfig,
});

/** Builds something synchronously while `ErrorCode` has the catalogue's values. */
export function withErrorCodes<Result>(catalogue: Catalogue, build: () => Result): Result {
  try {
    for (const [code, { message, remedy }] of catalogue) {
      ErrorCode[code] = code;
      valuesConfig[code] = { description: typeof message === "string" ? `${message} ${remedy}` : remedy };
    }
    return build();
  } finally {
    for (const code of catalogue.keys()) {
      delete ErrorCode[code];
      delete valuesConfig[code];
    }
  }
}

@ObjectType({ description: "What one error code means and what to do about it.", simpleResolvers: true })
export class ErrorCodeEntry {
  @Field(() => ErrorCode, { description: "The code, as in `errors[].extensions.code`." })
  code!: string;

  @Field(() => Int, { description: "The HTTP status that fits it best, as used outside of GraphQL." })
  status!: number;

  @Field(() => String, {
    nullable: true,
    description: "The sentence that comes with it; null if the sentence depends on `errors[].extensions.details`.",
  })
  message!: string | null;

  @Field(() => String, { description: "What to do about it." })
  remedy!: string;
}

/** Resolves `errorCodes` from a catalogue. */
@Resolver()
export class ErrorCodesResolver {
  constructor(private readonly catalogue: Catalogue) {}

  @Query(() => [ErrorCodeEntry], {
    description: "Every error code of this interface, with what it means and what to do about it. Needs no sign-in.",
  })
  errorCodes(): ErrorCodeEntry[] {
    return [...this.catalogue.values()].map(({ code, status, message, remedy }) => ({
      code,
      status,
      message: typeof message === "string" ? message : null,
      remedy,
    }));
  }
}
