/** The endpoint over real HTTP: the published audits, the error format, the limits, and requests from browsers. */
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { request, type IncomingHttpHeaders } from "node:http";
import { getIntrospectionQuery, GraphQLString } from "graphql";
import { auditGraphQLOverHttp } from "./audit.js";
import { DEFAULT_QUERY_LIMITS } from "../../../src/platform/graphql/limits.js";
import { MAXIMUM_BODY_BYTES } from "../../../src/platform/graphql/server.js";
import { requireBoundedVariables } from "../../../src/platform/graphql/variables.js";
import { catalogue, counted, startLibrary } from "./library.js";

interface Answer {
  status: number;
  headers: Headers;
  text: string;
  // The tests read responses of every form.
  body: {
    data?: Record<string, any> | null;
    errors?: { message: string; path?: unknown; extensions: Record<string, any> }[];
  };
}

let open: Awaited<ReturnType<typeof startLibrary>>;
let closed: Awaited<ReturnType<typeof startLibrary>>;
beforeAll(async () => {
  open = await startLibrary();
  closed = await startLibrary({ introspection: false, production: true, mayOpen: false });
});
afterAll(async () => {
  await open.stop();
  await closed.stop();
});

async function post(body: unknown, headers: Record<string, string> = {}, url = open.url): Promise<Answer> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/graphql-response+json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: JSON.parse(text) as Answer["body"] };
}
const ask = (query: string, variables?: object, url = open.url) => post({ query, variables }, {}, url);
const errorOf = (answer: Answer) => answer.body.errors?.[0]?.extensions ?? {};

/** Sends headers that `fetch` reserves for browsers, and returns the headers of the response. */
const send = (url: string, method: string, headers: Record<string, string>) =>
  new Promise<IncomingHttpHeaders>((resolve, reject) => {
    request(url, { method, headers }, (response) => {
      response.resume();
      resolve(response.headers);
    })
      .on("error", reject)
      .end();
  });

describe("GraphQL over HTTP", () => {
  test("passes all 61 published audits, MUST, SHOULD and MAY", async () => {
    expect(await auditGraphQLOverHttp(open.url)).toEqual({ audits: 61, failures: [] });
  });

  test("answers queries by POST and GET, and refuses mutations by GET", async () => {
    expect((await ask("{ library }")).body).toEqual({ data: { library: "Alexandria" } });
    const get = (query: string) =>
      fetch(`${open.url}?query=${encodeURIComponent(query)}`, {
        headers: { "apollo-require-preflight": "1", accept: "application/json" },
      });
    expect(await (await get("{ library }")).json()).toEqual({ data: { library: "Alexandria" } });
    const refused = await get('mutation { createBook(input: { title: "x" }) { id } }');
    expect(refused.status).toBe(405);
    expect(await refused.json()).toMatchObject({ errors: [{ extensions: { code: "BAD_REQUEST" } }] });
  });

  test("a form of another site is refused: a request must need a preflight", async () => {
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]) {
      const response = await fetch(open.url, {
        method: "POST",
        headers: { "content-type": type },
        body: '{"query":"{library}"}',
      });
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: "BAD_REQUEST" } }] });
    }
    const withCookie = await fetch(`${open.url}?query={library}`, { headers: { cookie: "usher-session=x" } });
    expect(withCookie.status).toBe(400);
    expect(await (await fetch(`${open.url}?query={library}`)).json()).toEqual({ data: { library: "Alexandria" } });
  });

  test("bodies that cannot be read are answered as GraphQL errors, not as HTML", async () => {
    const malformed = await post('{"query":');
    expect([malformed.status, errorOf(malformed)]).toEqual([
      400,
      { code: "BAD_REQUEST", path: null, details: { reason: "The body is not valid JSON." }, reference: null },
    ]);
    const large = await post({ query: "{ library }", variables: { x: "x".repeat(1_100_000) } });
    expect([large.status, errorOf(large)["code"], errorOf(large)["details"]]).toEqual([
      413,
      "REQUEST_TOO_LARGE",
      { maximumBytes: 1_000_000 },
    ]);
    const charset = await post({ query: "{ library }" }, { "content-type": "application/json; charset=iso-8859-1" });
    expect([charset.status, errorOf(charset)["code"]]).toEqual([415, "BAD_REQUEST"]);
  });

  test("neither batches nor persisted queries are accepted", async () => {
    const batch = await post([{ query: "{ library }" }, { query: "{ library }" }]);
    expect([batch.status, errorOf(batch)["code"]]).toEqual([400, "BAD_REQUEST"]);
    const persisted = await post({ extensions: { persistedQuery: { version: 1, sha256Hash: "0".repeat(64) } } });
    expect(persisted.body.errors?.[0]?.message).toBe("PersistedQueryNotSupported");
    expect(errorOf(persisted)["code"]).toBe("PERSISTED_QUERY_NOT_SUPPORTED");
  });

  test("only pages of allowed origins may send cookies", async () => {
    const preflight = (origin: string) =>
      send(open.url, "OPTIONS", {
        origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type",
      });
    const allowed = await preflight("https://app.example.com");
    expect(allowed).toMatchObject({
      "access-control-allow-origin": "https://app.example.com",
      "access-control-allow-credentials": "true",
      vary: expect.stringContaining("Origin"),
    });
    for (const origin of [
      "https://evil.example",
      "https://app.example.com.evil.example",
      "http://app.example.com",
      "null",
    ]) {
      const other = await preflight(origin);
      expect(other["access-control-allow-origin"]).toBeUndefined();
      expect(other["access-control-allow-credentials"]).toBeUndefined();
    }
    expect(await send(open.url, "GET", { origin: "https://app.example.com" })).toMatchObject({
      "access-control-allow-origin": "https://app.example.com",
    });
  });
});

describe("Errors", () => {
  test("an expected failure keeps its code and data", async () => {
    const answer = await ask('{ other: book(id: "lent") { id } library }');
    expect(answer.body).toMatchObject({ data: { other: null, library: "Alexandria" } });
    expect(answer.body.errors).toEqual([
      {
        message: "Emma is lent out.",
        locations: [{ line: 1, column: 3 }],
        path: ["other"],
        extensions: { code: "BOOK_LENT", path: ["other"], details: { title: "Emma" }, reference: null },
      },
    ]);
  });

  test("any other error is INTERNAL with a reference, and only the log has its details", async () => {
    const answer = await ask('{ book(id: "broken") { id } }', undefined, closed.url);
    expect(answer.body.errors?.[0]?.message).toBe("Something went wrong on our side.");
    const { code, reference, details } = errorOf(answer);
    expect([code, details]).toEqual(["INTERNAL", {}]);
    expect(reference).toMatch(/^[0-9A-HJKMNP-TV-Z]{10}$/);
    expect(answer.text).not.toMatch(/ECONNREFUSED|hunter2|stack|\.ts|node_modules/);
    const line = closed.lines.find((text) => text.includes(String(reference))) ?? "";
    expect(line).toContain("ECONNREFUSED");
    expect(line).not.toContain("hunter2");
  });

  test("a failure outside the catalogue is INTERNAL", async () => {
    expect(errorOf(await ask('{ book(id: "forgotten") { id } }'))["code"]).toBe("INTERNAL");
  });

  test("a failure of the context has its own status", async () => {
    const refused = await post({ query: "{ library }" }, { authorization: "Bearer wrong" });
    expect([refused.status, errorOf(refused)["code"]]).toEqual([401, "UNAUTHENTICATED"]);
    expect(refused.body.errors?.[0]?.message).toBe("This needs a signed-in person or an API key.");
    expect(refused.headers.get("retry-after")).toBeNull();
    const later = await post({ query: "{ library }" }, { authorization: "Bearer later" });
    expect([later.status, errorOf(later)["code"], later.headers.get("retry-after")]).toEqual([503, "UNAVAILABLE", "5"]);
    const broken = await post({ query: "{ library }" }, { authorization: "Bearer broken" });
    expect([broken.status, errorOf(broken)["code"]]).toEqual([500, "INTERNAL"]);
    expect(broken.text).not.toContain("no database");
  });

  test("parse and validation errors have catalogue codes", async () => {
    expect(errorOf(await ask("{ library"))["code"]).toBe("GRAPHQL_PARSE_FAILED");
    expect(errorOf(await ask("{ librari }"))["code"]).toBe("GRAPHQL_VALIDATION_FAILED");
    expect(errorOf(await post({ query: "query A { library } query B { library }" }))["code"]).toBe("BAD_REQUEST");
    expect(errorOf(await post({ query: "query A { library }", operationName: "C" }))["code"]).toBe("BAD_REQUEST");
  });

  test.each([
    ["a subscription", { query: "subscription { x }" }],
    ["a subscription of what there is", { query: "subscription S { __typename }" }],
    ["a subscription next to a query", { query: "subscription S { x } query Q { library }", operationName: "Q" }],
    ["fragments alone", { query: "fragment F on Query { library }" }],
    ["definitions of types", { query: "type X { a: Int }" }],
    ["a name that is not a text", { query: "{ library }", operationName: 7 }],
    ["variables that are not an object", { query: "{ library }", variables: 7 }],
    ["variables that are a list", { query: "{ library }", variables: [7] }],
    ["extensions that are not an object", { query: "{ library }", extensions: 7 }],
    ["a query that is not a text", { query: 7 }],
    ["no query", {}],
    ["a type that is not an input", { query: "query ($x: Book) { library }", variables: { x: {} } }],
    ["a type that is not there", { query: "query ($x: Nothing) { library }", variables: { x: {} } }],
    ["directives of later versions", { query: "{ books { nodes { id @defer } } ... @defer { library } }" }],
  ])("an operation that cannot run has its own code: %s", async (_name, body) => {
    const answer = await post(body);
    expect(answer.status).toBe(400);
    expect(errorOf(answer)["code"]).toMatch(/^(BAD_REQUEST|GRAPHQL_VALIDATION_FAILED)$/);
  });

  test.each([
    ["a wrong literal", "mutation { createBook(input: { title: 5 }) { id } }", "title", "INVALID"],
    ["a missing field", "mutation { createBook(input: {}) { id } }", "title", "REQUIRED"],
    ["an unknown field", 'mutation { createBook(input: { title: "x", colour: 1 }) { id } }', "colour", "UNKNOWN"],
    [
      "a time without offset",
      'mutation { createBook(input: { title: "x", printedAt: "2026-11-23T09:00:00" }) { id } }',
      "printedAt",
      "INVALID",
    ],
    [
      "two kinds at once",
      'mutation { createBook(input: { title: "x", cover: { colour: "red", pattern: 1 } }) { id } }',
      "cover",
      "INVALID",
    ],
    [
      "an item of a list",
      'mutation { createBook(input: { title: "x", tags: [{ text: "a" }, { text: 4 }] }) { id } }',
      "tags.1.text",
      "INVALID",
    ],
    ["an argument", "{ book(id: 1.5) { id } }", "id", "INVALID"],
  ])("wrong input names its field: %s", async (_name, query, path, code) => {
    const extensions = errorOf(await ask(query));
    expect(extensions["code"]).toBe("INVALID_INPUT");
    expect(extensions["details"].fields).toMatchObject([{ path, code }]);
  });

  test("an error about a wrong variable names its field and does not contain its value", async () => {
    const create = "mutation M($input: CreateBookInput!) { createBook(input: $input) { id } }";
    const fields = async (variables: object) => {
      const answer = await post({ query: create, variables }, { accept: "application/graphql-response+json" });
      expect([answer.status, errorOf(answer)["code"]]).toEqual([400, "INVALID_INPUT"]);
      expect(answer.text).not.toContain("hunter2");
      return errorOf(answer)["details"].fields as unknown[];
    };
    expect(await fields({})).toMatchObject([{ path: "input", code: "REQUIRED" }]);
    expect(await fields({ input: { secret: "hunter2" } })).toMatchObject([{ path: "title", code: "REQUIRED" }]);
    expect(await fields({ input: { title: { hunter2: "hunter2" } } })).toMatchObject([
      { path: "title", code: "INVALID" },
    ]);
    expect(await fields({ input: { title: "x", tags: [{ text: "a" }, { text: ["hunter2"] }] } })).toMatchObject([
      { path: "tags.1.text", code: "INVALID" },
    ]);
    expect(await fields({ input: { title: "x", colour: 1 } })).toMatchObject([{ path: "colour", code: "UNKNOWN" }]);
    // A day that does not exist, and two offsets to years that databases cannot store.
    for (const printedAt of ["2026-06-31T00:00:00Z", "9999-12-31T23:59:59-14:00", "0000-01-01T00:00:00+14:00"])
      expect(await fields({ input: { title: "x", printedAt } })).toMatchObject([
        { path: "printedAt", code: "INVALID" },
      ]);
  });

  test.each([
    ["two keys", { colour: "red", pattern: 1 }, "cover", "INVALID"],
    ["no key", {}, "cover", "INVALID"],
    ["an unknown key", { color: "red" }, "cover.color", "UNKNOWN"],
  ])("%s where exactly one is needed: the error lists the keys", async (_name, cover, path, code) => {
    const create = "mutation M($input: CreateBookInput!) { createBook(input: $input) { id } }";
    const literal = JSON.stringify(cover).replaceAll(/"(\w+)":/g, "$1:");
    const inDocument = `mutation { createBook(input: { title: "x", cover: ${literal} }) { id } }`;
    const asVariable = { input: { title: "x", cover } };
    const issue = { path, code, message: "Exactly one key is needed: colour or pattern." };
    for (const answer of [await ask(inDocument), await ask(create, asVariable)]) {
      const { code: outer, path: place, details } = errorOf(answer);
      expect({ outer, place, issue: details.fields[0] }).toEqual({ outer: "INVALID_INPUT", place: null, issue });
    }
    for (const answer of [await ask(inDocument, undefined, closed.url), await ask(create, asVariable, closed.url)])
      expect(answer.text).not.toContain("colour or pattern");
  });

  test("while introspection is off, errors suggest no names of the schema", async () => {
    const introspection = await ask("{ __schema { types { name } } }", undefined, closed.url);
    expect(errorOf(introspection)["code"]).toBe("GRAPHQL_VALIDATION_FAILED");
    for (const query of ["{ librari }", '{ book(idd: "x") { id } }', "{ book(id: 1) { titel } }"]) {
      expect((await ask(query)).text).toMatch(/Did you mean/);
      expect((await ask(query, undefined, closed.url)).text).not.toMatch(/Did you mean/);
    }
    const enumLike = "mutation M($input: CreateBookInput!) { createBook(input: $input) { id } }";
    expect((await ask(enumLike, { input: { titel: "x", title: "y" } }, closed.url)).text).not.toMatch(/Did you mean/);
  });

  test("the catalogue can be read, and its codes are an enum", async () => {
    const answer = await ask("{ lastCode errorCodes { code status message remedy } }");
    expect(answer.body.data?.["lastCode"]).toBe("BOOK_LENT");
    const codes = (answer.body.data?.["errorCodes"] as { code: string; message: string | null }[]) ?? [];
    expect(codes.map(({ code }) => code)).toEqual([...catalogue.keys()]);
    expect(codes.find(({ code }) => code === "UNAUTHENTICATED")?.message).toMatch(/signed-in person/);
    expect(codes.find(({ code }) => code === "BOOK_LENT")?.message).toBeNull();
  });
});

describe("Limits", () => {
  const createBook = "mutation M($input: CreateBookInput!) { createBook(input: $input) { id } }";
  const filled = <Item>(length: number, make: (index: number) => Item) =>
    Array.from({ length }, (_, index) => make(index));
  const keys = (count: number, name = "k") => Object.fromEntries(filled(count, (index) => [`${name}${index}`, index]));
  const nest = (levels: number): object => (levels === 0 ? {} : { x: nest(levels - 1) });
  const limit = async (query: string, variables?: object) => {
    const answer = await ask(query, variables);
    expect(answer.body.data ?? null).toBeNull();
    expect(answer.status).toBe(400);
    expect(errorOf(answer)["code"]).toBe("QUERY_LIMIT_EXCEEDED");
    return errorOf(answer)["details"] as { limit: string; maximum: number; actual: number };
  };

  test("a small document of millions of fields is refused without expanding it", async () => {
    // Each fragment spreads the next one twice, so a thousand bytes contain 2^25 fields.
    const bomb = `{books{...a}}${"abcdefghijklmnopqrstuvwxyz"
      .split("")
      .map(
        (name, index, all) =>
          `fragment ${name} on BookConnection{${index === all.length - 1 ? "totalCount" : `...${all[index + 1]} ...${all[index + 1]}`}}`,
      )
      .join("")}`;
    expect(bomb.length).toBeLessThan(1_100);
    const before = process.cpuUsage();
    expect(await limit(bomb)).toMatchObject({ limit: "number of selections", maximum: 1_500 });
    // This takes milliseconds if each fragment is measured once, and tens of seconds if fragments are expanded.
    expect(process.cpuUsage(before).user).toBeLessThan(3_000_000);
  });

  test("deep nesting", async () => {
    const nested = (depth: number): string =>
      depth === 0 ? "{ id }" : `{ similar(first: 1) { nodes ${nested(depth - 1)} } }`;
    expect(await limit(`{ book(id: "b0") ${nested(10)} }`)).toEqual({ limit: "depth", maximum: 15, actual: 22 });
    const throughFragments = `{ book(id: "b0") { ...a } } fragment a on Book ${nested(4)} ${""}`;
    expect((await ask(throughFragments)).body.errors).toBeUndefined();
  });

  test("aliases, root fields and directives, also in fragments", async () => {
    const times = (count: number, text: (index: number) => string) =>
      Array.from({ length: count }, (_, index) => text(index)).join(" ");
    expect(await limit(`{ book(id: "b0") { ${times(31, (index) => `t${index}: title`)} } }`)).toMatchObject({
      limit: "number of aliases",
      actual: 31,
    });
    expect(
      await limit(
        `{ ...f ...g } fragment f on Query { ${times(11, (index) => `a${index}: library`)} } fragment g on Query { ${times(11, (index) => `b${index}: library`)} }`,
      ),
    ).toMatchObject({ limit: "number of root fields", maximum: 20, actual: 22 });
    expect(await limit(`{ ${times(51, () => "library @include(if: true)")} }`)).toMatchObject({
      limit: expect.stringMatching(/root fields|directives/),
    });
    expect(await limit(`{ book(id: "b0") { ${times(51, () => "title @include(if: true)")} } }`)).toMatchObject({
      limit: "number of directives",
      actual: 51,
    });
  });

  test("too many tokens", async () => {
    expect(await limit(`{ ${"library ".repeat(2_100)} }`)).toEqual({ limit: "tokens", maximum: 2_000, actual: 2_001 });
  });

  test("pages of pages multiply, whether their sizes are literals, variables or defaults", async () => {
    expect(await limit("{ books(first: 200) { nodes { similar(first: 200) { nodes { id title } } } } }")).toMatchObject(
      { limit: "cost", maximum: 30_000 },
    );
    expect(
      await limit(
        "query Q($n: Int!) { books(last: $n) { edges { node { similar(last: $n) { edges { node { id } } } } } } }",
        { n: 200 },
      ),
    ).toMatchObject({ limit: "cost" });
    expect(await limit("{ books { nodes { similar { nodes { similar { nodes { id } } } } } } }")).toMatchObject({
      limit: "cost",
    });
  });

  test("counting costs: the largest page may count one list of each row, not two", async () => {
    const page = (inside: string) => `{ books(first: 200) { nodes { ${inside} } } }`;
    expect((await ask(page("similar(first: 1) { totalCount }"))).body.errors).toBeUndefined();
    const twice = "similar(first: 1) { totalCount } again: similar(first: 1) { totalCount }";
    expect(await limit(page(twice))).toMatchObject({ limit: "cost", maximum: 30_000 });
  });

  test("a page has at most 200 rows", async () => {
    expect(await limit("{ books(first: 201) { totalCount } }")).toEqual({
      limit: "page size",
      maximum: 200,
      actual: 201,
    });
    expect(await limit("query Q($n: Int) { books(last: $n) { totalCount } }", { n: 1_000_000 })).toMatchObject({
      limit: "page size",
      actual: 1_000_000,
    });
  });

  test("a list among the variables has at most 2000 entries, at any depth", async () => {
    const tags = Array.from({ length: 2_001 }, () => ({ text: "x" }));
    const tooMany = { limit: "number of entries in a list", maximum: 2_000, actual: 2_001 };
    expect(await limit(createBook, { input: { title: "x", tags } })).toEqual(tooMany);
    expect(await limit(createBook, { input: { title: "x", tags: [{ text: [[tags]] }] } })).toEqual(tooMany);
    expect(await limit("{ library }", { unused: tags })).toEqual(tooMany);
    const longest = await ask(createBook, { input: { title: "x", tags: tags.slice(1) } });
    expect(longest.text).not.toContain("QUERY_LIMIT_EXCEEDED");
  });

  test("only the first wrong values are reported, because a caller may send thousands", async () => {
    const look = jest.spyOn(GraphQLString, "parseValue");
    const tags = Array.from({ length: 2_000 }, () => ({ text: 1 }));
    const wrong = await ask(createBook, { input: { title: "x", tags } });
    const looks = look.mock.calls.length;
    look.mockRestore();
    expect(errorOf(wrong)["details"].fields).toHaveLength(20);
    expect(looks).toBeGreaterThan(0);
    expect(looks).toBeLessThan(50);
  });

  test.each<[string, unknown, string, number, number]>([
    ["60,000 keys", keys(60_000), "number of keys in an object", 200, 60_000],
    ["60,000 keys in an input object", { input: keys(60_000) }, "number of keys in an object", 200, 60_000],
    ["keys within keys", { input: { tags: [{ cover: keys(201) }] } }, "number of keys in an object", 200, 201],
    ["levels", nest(21), "depth of the variables", 20, 21],
    [
      "lists in lists",
      { x: filled(26, () => filled(2_000, () => 1)) },
      "number of values in the variables",
      50_000,
      50_027,
    ],
  ])("variables are bounded before their values are read: %s", async (_name, variables, limited, maximum, actual) => {
    expect(await limit(createBook, variables as object)).toEqual({ limit: limited, maximum, actual });
    let visits = 0;
    const watch = (value: unknown): unknown =>
      typeof value === "object" && value !== null
        ? new Proxy(value, {
            get: (target, key) => {
              const member: unknown = Reflect.get(target, key);
              if (Object.hasOwn(target, key) && key !== "length") visits += 1;
              return watch(member);
            },
          })
        : value;
    const watched = watch(variables) as Record<string, unknown>;
    expect(() => requireBoundedVariables(watched, DEFAULT_QUERY_LIMITS)).toThrow(limited);
    expect(visits).toBeLessThanOrEqual(DEFAULT_QUERY_LIMITS.variableValues);
  });

  const long = (letter: string) => letter.repeat(40_000);
  test.each<[string, unknown]>([
    ["a name that the schema lacks", { query: `{ ${filled(20, (index) => `${long("x")}${index}`).join(" ")} }` }],
    ["a name of an operation", { query: "query A { library }", operationName: long("x") }],
    ["names of variables", { query: `query ${long("q")} ($${long("v")}: Int) { library }` }],
    ["a text where the document ends", { query: `{ book(id: "b0") { id } "${long("x")}" }` }],
    ["a number as an id", { query: `{ book(id: 1.${long("5")}) { id } }` }],
    [
      "an object as an id",
      { query: `{ book(id: {${filled(400, (index) => `${"k".repeat(2_000)}${index}: 1`).join(" ")}}) { id } }` },
    ],
    [
      "the largest objects in variables",
      { query: createBook, variables: { input: keys(200, long("k").slice(0, 4_000)) } },
    ],
    ["unknown keys that no name can be", { query: createBook, variables: { input: keys(200, "-".repeat(4_000)) } }],
    [
      "texts in the place of objects",
      { query: createBook, variables: { input: { title: "x", tags: filled(2_000, () => "t".repeat(400)) } } },
    ],
    [
      "objects in the place of texts",
      {
        query: createBook,
        variables: { input: { title: keys(200, "k".repeat(2_000)), tags: filled(1_000, () => keys(8)) } },
      },
    ],
    ["an extension", { query: "{ librari }", extensions: { persistedQuery: null, x: keys(60_000) } }],
  ])("errors quote at most a hundred characters of a request: %s", async (_name, body) => {
    expect(JSON.stringify(body).length).toBeLessThan(MAXIMUM_BODY_BYTES);
    const linesBefore = open.lines.length;
    const answer = await post(body);
    expect(answer.status).toBe(400);
    expect(answer.body.errors?.length).toBeLessThanOrEqual(21);
    expect(answer.text).not.toMatch(/([a-z5-])\1{100}/);
    expect(answer.text.length).toBeLessThan(20_000);
    expect(open.lines.slice(linesBefore).join("").length).toBeLessThan(1_000);
  });

  test("variables that are nested very deeply are refused and do not end the process", async () => {
    const deep = `${"[".repeat(400_000)}${"]".repeat(400_000)}`;
    const response = await fetch(open.url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: `{"query":"query Q($x: [ID]) { library }","variables":{"x":${deep}}}`,
    });
    expect(response.status).toBeLessThan(500);
    expect((await ask("{ library }")).body.errors).toBeUndefined();
  });

  test("ordinary queries are accepted: the largest page of a console, and the introspection of tools", async () => {
    const large = await ask(
      "query Q { books(first: 200) { edges { cursor node { id title printedAt notes similar(first: 10) { nodes { id title } } } } totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }",
    );
    expect(large.body.errors).toBeUndefined();
    expect(
      (await ask(getIntrospectionQuery({ inputValueDeprecation: true, oneOf: true, specifiedByUrl: true }))).body
        .errors,
    ).toBeUndefined();
  });
});

describe("Pages", () => {
  test("the total is counted only when it is selected", async () => {
    const before = counted.totals;
    const page = await ask(
      "{ books(first: 2) { edges { cursor node { id } } nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }",
    );
    expect(page.body.data?.["books"]).toEqual({
      edges: [
        { cursor: "b0", node: { id: "b0" } },
        { cursor: "b1", node: { id: "b1" } },
      ],
      nodes: [{ id: "b0" }, { id: "b1" }],
      pageInfo: { hasNextPage: true, hasPreviousPage: false, startCursor: "b0", endCursor: "b1" },
    });
    expect(counted.totals).toBe(before);
    expect((await ask("{ books { totalCount } }")).body.data).toEqual({ books: { totalCount: 5 } });
    expect(counted.totals).toBe(before + 1);
  });

  test.each([
    ["first: 1, last: 1", "last"],
    ['after: "a", before: "b"', "before"],
    ['first: 1, before: "b"', "before"],
    ['last: 1, after: "a"', "after"],
    ["first: -1", "first"],
  ])("contradicting arguments are named: %s", async (argumentsText, path) => {
    const extensions = errorOf(await ask(`{ books(${argumentsText}) { totalCount } }`));
    expect(extensions["code"]).toBe("INVALID_INPUT");
    expect(extensions["details"].fields).toMatchObject([{ path }]);
  });
});

describe("GraphiQL", () => {
  const html = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };

  test("browsers get a page whose scripts all come from this origin", async () => {
    const response = await fetch(open.url, { headers: html });
    const page = await response.text();
    expect(response.status).toBe(200);
    const policy = response.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(page).not.toMatch(/<script(?![^>]*\bsrc=)/);
    expect(page).not.toMatch(/https?:\/\//);
    const assets = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => String(address));
    expect(assets).toHaveLength(6);
    for (const address of assets) {
      const asset = await fetch(new URL(address, open.url));
      expect(asset.status).toBe(200);
      expect(asset.headers.get("cache-control")).toBe("public, max-age=86400, immutable");
      expect(asset.headers.get("content-type")).toMatch(address.endsWith(".css") ? /text\/css/ : /javascript/);
      expect((await asset.text()).length).toBeGreaterThan(50);
    }
    expect((await fetch(`${open.url}/assets/..%2F..%2Fpackage.json`)).status).toBeGreaterThanOrEqual(400);
  });

  test("it is not served where the installation hides it", async () => {
    const response = await fetch(closed.url, { headers: html });
    expect(response.status).toBe(403);
    const page = await response.text();
    expect(page).not.toContain("graphiql.");
    expect(page).toContain('href="/sign-in?returnTo=/graphql"');
  });

  test("programs that accept anything get the endpoint", async () => {
    const response = await fetch(`${open.url}?query={library}`, {
      headers: { accept: "*/*", "apollo-require-preflight": "1" },
    });
    expect(await response.json()).toEqual({ data: { library: "Alexandria" } });
  });
});
