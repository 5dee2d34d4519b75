/** A small schema for the tests: shelves of books, and fields that fail in every way. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import {
  Args,
  Extensions,
  Field,
  FieldResolver,
  ID,
  InputType,
  Int,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  Root,
  Arg,
  Ctx,
} from "type-graphql";
import {
  defineFailure,
  Failure,
  PLATFORM_FAILURES,
  UNAUTHENTICATED,
  UNAVAILABLE,
} from "../../../src/platform/errors/failure.js";
import { ErrorCode } from "../../../src/platform/graphql/error-codes.js";
import { assembleCatalogue, GRAPHQL_FAILURES } from "../../../src/platform/graphql/failures.js";
import { createGraphiqlRouter } from "../../../src/platform/graphql/graphiql.js";
import { defineLoader } from "../../../src/platform/graphql/loaders.js";
import { definePage, PageArgs, readPageRequest, toPage, type Page } from "../../../src/platform/graphql/paging.js";
import { JsonScalar } from "../../../src/platform/graphql/scalars.js";
import { buildGraphQLSchema, ONE_OF } from "../../../src/platform/graphql/schema.js";
import { createGraphQLEndpoint } from "../../../src/platform/graphql/server.js";
import { createLogger } from "../../../src/platform/telemetry/logger.js";

const BOOK_LENT = defineFailure<{ title: string }>({
  code: "BOOK_LENT",
  status: 409,
  message: ({ title }) => `${title} is lent out.`,
  remedy: "Wait until it is back.",
});
const FORGOTTEN = defineFailure({
  code: "FORGOTTEN",
  status: 400,
  message: "Forgotten.",
  remedy: "Declare it.",
});

export interface LibraryContext {
  readonly caller: string;
}

@ObjectType({ description: "A book.", simpleResolvers: true })
export class Book {
  @Field(() => ID, { description: "Its id." })
  id!: string;
  @Field(() => String, { description: "Its title." })
  title!: string;
  @Field(() => Date, { description: "When it was printed." })
  printedAt!: Date;
  @Field(() => JsonScalar, { description: "Anything else." })
  notes!: unknown;
}
const BookPage = definePage("Book", () => Book, "Books in order of their ids.");

@ObjectType({ description: "A type that only a resolver reaches that is not given." })
class Unreached {
  @Field(() => String, { description: "Nothing." })
  nothing!: string;
}

@Extensions(ONE_OF)
@InputType({ description: "Either kind of cover." })
class CoverInput {
  @Field(() => String, { nullable: true, description: "A colour." })
  colour?: string | null;
  @Field(() => Int, { nullable: true, description: "A pattern." })
  pattern?: number | null;
}

@InputType({ description: "One tag." })
class TagInput {
  @Field(() => String, { description: "Its text." })
  text!: string;
}

@InputType({ description: "A new book." })
class CreateBookInput {
  @Field(() => String, { description: "Its title." })
  title!: string;
  @Field(() => String, { nullable: true, description: "A secret." })
  secret?: string | null;
  @Field(() => Date, { nullable: true, description: "When it was printed." })
  printedAt?: Date | null;
  @Field(() => CoverInput, { nullable: true, description: "Its cover." })
  cover?: CoverInput | null;
  @Field(() => [TagInput], { nullable: true, description: "Its tags." })
  tags?: TagInput[] | null;
}

const BOOKS = Array.from({ length: 5 }, (_, index) => ({
  id: `b${index}`,
  title: `Book ${index}`,
  printedAt: new Date(0),
  notes: { index },
}));

/** The labels of books, read through a loader. */
const labels = new Map<string, string>();
const loadLabel = defineLoader(
  async (ids, _context: LibraryContext) => new Map(ids.map((id) => [id, labels.get(id) ?? "none"])),
);

export const counted = { totals: 0, instances: 0 };

@Resolver()
export class LibraryResolver {
  constructor(private readonly name: string) {
    counted.instances += 1;
  }

  @Query(() => String, { description: "The library's name." })
  library(): string {
    return this.name;
  }

  @Query(() => BookPage, { description: "All books." })
  books(@Args() page: PageArgs): Page<Book> {
    const { size } = readPageRequest(page);
    return toPage(
      {
        rows: BOOKS.slice(0, size),
        hasNextPage: () => size < BOOKS.length,
        hasPreviousPage: async () => false,
        cursorOf: ({ id }) => id,
        count: async () => {
          counted.totals += 1;
          return BOOKS.length;
        },
      },
      (row): Book => row,
    );
  }

  @Query(() => Book, { nullable: true, description: "One book." })
  book(@Arg("id", () => ID, { description: "Its id." }) id: string, @Ctx() _context: LibraryContext): Book | null {
    if (id === "lent") {
      throw new Failure(BOOK_LENT, { title: "Emma" });
    }
    if (id === "forgotten") {
      throw new Failure(FORGOTTEN, {});
    }
    if (id === "broken") {
      throw new Error("connect ECONNREFUSED mysql://usher:hunter2@db/usher");
    }
    return BOOKS.find((book) => book.id === id) ?? null;
  }

  @Query(() => ErrorCode, { description: "A code as an enum value." })
  lastCode(): string {
    return "BOOK_LENT";
  }

  @Mutation(() => Book, { nullable: true, description: "Writes on a book's back. Fails afterwards if `lend` is true." })
  labelBook(
    @Arg("id", () => ID, { description: "The book." }) id: string,
    @Arg("label", () => String, { nullable: true, description: "What to write." }) label: string | null | undefined,
    @Arg("lend", () => Boolean, { nullable: true, description: "Whether to fail." }) lend: boolean | null | undefined,
  ): Book {
    if (label != null) labels.set(id, label);
    const book = BOOKS.find((each) => each.id === id);
    if (book === undefined || lend === true) throw new Failure(BOOK_LENT, { title: id });
    return book;
  }

  @Mutation(() => Book, { description: "Adds a book." })
  createBook(@Arg("input", () => CreateBookInput, { description: "The book." }) input: CreateBookInput): Book {
    return { id: "new", title: input.title, printedAt: input.printedAt ?? new Date(0), notes: input };
  }
}

@Resolver(() => Book)
class ShelfResolver {
  @FieldResolver(() => String, { description: "What stands on its back." })
  async label(@Root() { id }: Book, @Ctx() context: LibraryContext): Promise<string | null> {
    return await loadLabel(context).load(id);
  }

  @FieldResolver(() => BookPage, { description: "Books like it." })
  similar(@Root() _book: Book, @Args() page: PageArgs): Page<Book> {
    const { size } = readPageRequest(page);
    return toPage(
      {
        rows: BOOKS.slice(0, size),
        hasNextPage: () => false,
        hasPreviousPage: () => false,
        cursorOf: ({ id }) => id,
        count: async () => 5,
      },
      (row): Book => row,
    );
  }
}

@Resolver(() => Book)
export class OtherResolver {
  @Query(() => Unreached, { description: "Not in the schema." })
  unreached(): Unreached {
    return { nothing: "" };
  }
  @FieldResolver(() => Unreached, { description: "Not in the schema." })
  beyond(): Unreached {
    return { nothing: "" };
  }
}

export const catalogue = assembleCatalogue(PLATFORM_FAILURES, GRAPHQL_FAILURES, [BOOK_LENT]);

export const buildLibrarySchema = () =>
  buildGraphQLSchema({
    resolvers: [LibraryResolver, ShelfResolver],
    container: new Map<Function, object>([
      [LibraryResolver, new LibraryResolver("Alexandria")],
      [ShelfResolver, new ShelfResolver()],
    ]),
    errorCodes: catalogue,
  });

/** A running endpoint and its log. */
export async function startLibrary({ introspection = true, production = false, mayOpen = true } = {}) {
  const lines: string[] = [];
  const logger = createLogger({ level: "info", destination: { write: (line) => void lines.push(line) } });
  const endpoint = await createGraphQLEndpoint<LibraryContext>({
    schema: buildLibrarySchema(),
    contextFor: async (request) => {
      if (request.headers.authorization === "Bearer wrong") {
        throw new Failure(UNAUTHENTICATED, {});
      }
      if (request.headers.authorization === "Bearer later") {
        throw new Failure(UNAVAILABLE, { retryAfterSeconds: 5 });
      }
      if (request.headers.authorization === "Bearer broken") {
        throw new Error("no database");
      }
      return { caller: "somebody" };
    },
    catalogue,
    production,
    introspection,
    logger,
    allowedOrigins: ["https://app.example.com"],
  });
  const app = express();
  app.use("/graphql", createGraphiqlRouter({ mayOpen: async () => mayOpen }), endpoint.router);
  const server = createServer(app).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
  return {
    url,
    lines,
    stop: async () => {
      await endpoint.stop();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
