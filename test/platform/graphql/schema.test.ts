/** The schema has only types that a query or mutation reaches, all described. Also tests the loaders of a request. */
import { describe, expect, test } from "@jest/globals";
import { buildSchema, graphql, GraphQLID, GraphQLSchema, Kind, validateSchema } from "graphql";
import { Query, Resolver } from "type-graphql";
import { defineFailure } from "../../../src/platform/errors/failure.js";
import { assembleCatalogue } from "../../../src/platform/graphql/failures.js";
import { defineListLoader, defineLoader } from "../../../src/platform/graphql/loaders.js";
import { buildGraphQLSchema, emitSchema } from "../../../src/platform/graphql/schema.js";
import { buildLibrarySchema, catalogue, LibraryResolver, OtherResolver } from "./library.js";
import { findUndescribed } from "../../support/find-undescribed.js";

describe("The schema", () => {
  const schema = buildLibrarySchema();
  const text = emitSchema(schema);

  test("is valid, belongs to this graphql-js, and can be built again", () => {
    expect(schema).toBeInstanceOf(GraphQLSchema);
    expect(validateSchema(schema)).toEqual([]);
    expect(emitSchema(buildLibrarySchema())).toBe(text);
    expect(validateSchema(buildSchema(text))).toEqual([]);
  });

  test("holds only what the given resolvers reach", () => {
    expect(text).toContain("similar(");
    expect(text).not.toMatch(/Unreached|beyond/);
  });

  test("has the catalogue as an enum, with descriptions", () => {
    const codes = [...(/enum ErrorCode \{([^}]+)\}/.exec(text)?.[1] ?? "").matchAll(/^ {2}([A-Z_]+)$/gm)].map(
      ([, code]) => code,
    );
    expect(codes).toEqual([...catalogue.keys()]);
    expect(text).toContain("This needs a signed-in person or an API key. Sign in, or send");
  });

  test("marks inputs of which exactly one field is given", () => {
    expect(text).toContain("input CoverInput @oneOf {");
  });

  test("has pages in Relay's form", () => {
    expect(text).toMatch(
      /type BookConnection \{[^}]*edges: \[BookEdge!\]![^}]*nodes: \[Book!\]![^}]*pageInfo: PageInfo![^}]*totalCount: Int!/,
    );
    expect(text).toMatch(/first: Int\n[^)]*last: Int/);
  });

  test("describes everything, and a missing description is found", () => {
    expect(findUndescribed(schema)).toEqual([]);
    const bare = buildSchema(
      '"A" scalar Scalar type Query { a(b: Int): Kind "x" c(i: In): Scalar } enum Kind { ONE } input In { d: Int = 1 } interface Face { f: Int }',
    );
    expect(findUndescribed(bare)).toEqual([
      "Face",
      "Face.f",
      "In",
      "In.d",
      "Kind",
      "Kind.ONE",
      "Query.a",
      "Query.a(b:)",
      "Query.c(i:)",
    ]);
  });

  test("is not built when a resolver has no instance", () => {
    const build = () =>
      buildGraphQLSchema({
        resolvers: [LibraryResolver, OtherResolver],
        container: new Map<Function, object>([[LibraryResolver, new LibraryResolver("")]]),
        errorCodes: catalogue,
      });
    expect(build).toThrow("OtherResolver");
  });

  test("is not built when it breaks GraphQL's rules", () => {
    @Resolver()
    class ReservedResolver {
      @Query(() => String)
      __reserved() {
        return "";
      }
    }
    const container = new Map([[ReservedResolver, new ReservedResolver()]]);
    const build = () => buildGraphQLSchema({ resolvers: [ReservedResolver], container, errorCodes: catalogue });
    expect(build).toThrow(/"__reserved" must not begin with "__"/);
  });

  test("reads times only with an offset, and writes them in UTC", async () => {
    const create = async (printedAt: string) => {
      const source = `mutation { createBook(input: { title: "x", printedAt: ${JSON.stringify(printedAt)} }) { printedAt } }`;
      const { data, errors } = await graphql({ schema, source, contextValue: {} });
      return errors === undefined ? (data?.["createBook"] as { printedAt: string } | undefined)?.printedAt : null;
    };
    expect(await create("2026-11-23T10:15:04.12+01:00")).toBe("2026-11-23T09:15:04.120Z");
    expect(await create("2024-02-29T00:00:00Z")).toBe("2024-02-29T00:00:00.000Z");
    for (const wrong of [
      "2026-11-23T10:15:04",
      "2026-11-23",
      "2026-02-29T00:00:00Z",
      "2026-11-23T24:00:00Z",
      "2026-11-23T10:15:60Z",
      "2026-11-23T10:15:04+25:00",
      "tomorrow",
      "",
    ]) {
      expect(await create(wrong)).toBeNull();
    }
  });

  test("refuses an id with spaces around it, which a database ignores", () => {
    const literal = (value: string) => GraphQLID.parseLiteral({ kind: Kind.STRING, value }, {});
    expect([GraphQLID.parseValue("b1"), GraphQLID.parseValue(7), literal("b 1")]).toEqual(["b1", "7", "b 1"]);
    for (const spelt of ["b1 ", " b1", "b1\n", " "]) {
      expect(() => GraphQLID.parseValue(spelt)).toThrow("no spaces before or after");
      expect(() => literal(spelt)).toThrow("no spaces before or after");
    }
  });
});

describe("The catalogue", () => {
  const one = defineFailure({ code: "ONE", status: 400, message: "One.", remedy: "None." });

  test("refuses two failures of one code, and codes that cannot be enum values", () => {
    expect([...assembleCatalogue([one], [one]).keys()]).toEqual(["ONE"]);
    expect(() => assembleCatalogue([one], [{ ...one }])).toThrow("share the code ONE");
    expect(() => assembleCatalogue([{ ...one, code: "one-two" }])).toThrow("upper case");
  });
});

describe("Loaders", () => {
  test("batch the look-ups of one request, and keep requests apart", async () => {
    const batches: string[][] = [];
    const load = defineLoader(async (keys: readonly string[], context: { user: string }) => {
      batches.push([...keys]);
      return new Map(keys.filter((key) => key !== "gone").map((key) => [key, `${context.user}:${key}`]));
    });
    const first = { user: "ann" };
    const second = { user: "bob" };
    expect(
      await Promise.all([
        load(first).load("a"),
        load(first).load("gone"),
        load(first).load("a"),
        load(second).load("a"),
      ]),
    ).toEqual(["ann:a", null, "ann:a", "bob:a"]);
    expect(batches).toEqual([["a", "gone"], ["a"]]);
    await load(first).load("a");
    expect(batches).toHaveLength(2);
  });

  test("are cleared after each mutation of a document, also after one that failed", async () => {
    const source = `mutation {
      first: labelBook(id: "b0", label: "a") { label }
      second: labelBook(id: "b0", label: "b") { label }
      failed: labelBook(id: "b0", label: "c", lend: true) { label }
      last: labelBook(id: "b0") { label }
    }`;
    const { data } = await graphql({ schema: buildLibrarySchema(), source, contextValue: { caller: "ann" } });
    expect(JSON.parse(JSON.stringify(data))).toEqual({
      first: { label: "a" },
      second: { label: "b" },
      failed: null,
      last: { label: "c" },
    });
  });

  test("load an empty list where there is nothing, and split large batches", async () => {
    const sizes: number[] = [];
    const load = defineListLoader(async (keys: readonly string[], _context: object) => {
      sizes.push(keys.length);
      return new Map([["0", ["x"]]]);
    });
    const lists = await load({}).loadMany(Array.from({ length: 1_200 }, (_, index) => String(index)));
    expect(lists.slice(0, 2)).toEqual([["x"], []]);
    expect(sizes).toEqual([500, 500, 200]);
  });
});
