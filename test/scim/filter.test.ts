/** Filters: their grammar, and that SQL and memory agree on them, on the database of the test run. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { v7 as uuidv7 } from "uuid";
import type { ResourceCondition } from "../../src/provisioning/directory/resource/condition.js";
import { orderToSql } from "../../src/provisioning/directory/resource/order.js";
import {
  listResources,
  type ListedPart,
  type ResourcePart,
} from "../../src/provisioning/directory/resource/resource.repository.js";
import { insertRows } from "../../src/platform/database/statements.js";
import { Failure } from "../../src/platform/errors/failure.js";
import { passes } from "../../src/scim/filter/evaluate-condition.js";
import { parseFilter } from "../../src/scim/filter/parse-filter.js";
import { readFilter } from "../../src/scim/filter/resolve-filter.js";
import { readSort } from "../../src/scim/filter/resolve-sort.js";
import { indexDocument } from "../../src/scim/resource/index-document.js";
import { readDocument } from "../../src/scim/resource/read-document.js";
import { GROUP_TYPE, USER_TYPE } from "../../src/scim/schema/schemas.js";
import { times } from "../../testing/long.js";
import type { TestDatabase } from "../support/database.js";
import { openMigratedDatabase } from "../support/migrated-database.js";

const scimTypeOf = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error instanceof Failure ? (error.details as { readonly scimType: string }).scimType : error;
  }
};

describe("the grammar of filters", () => {
  it("binds not before and, and and before or", () => {
    const present = (path: string) => ({ kind: "present", path });
    expect(parseFilter("a pr or b pr AND not (c pr) or d pr")).toEqual({
      kind: "or",
      filters: [
        present("a"),
        { kind: "and", filters: [present("b"), { kind: "not", filter: present("c") }] },
        present("d"),
      ],
    });
  });

  it("reads the escapes of JSON, and brackets and keywords in texts", () => {
    for (const value of ['a\\b"c', "and (x] or", "ü\n\u0041", ""])
      expect(parseFilter(`userName EQ ${JSON.stringify(value)}`)).toEqual({
        kind: "compare",
        path: "userName",
        operator: "eq",
        value,
      });
  });

  it.each([
    ["a missing operator", "userName"],
    ["an unknown operator", 'userName is "x"'],
    ["a text without quotes", "userName eq x"],
    ["an unknown attribute", 'shoeSize eq "42"'],
    ["an open bracket", '(userName eq "x"'],
    ["a value that is not kept", 'password eq "x"'],
    ["an order of booleans", "active gt true"],
    ["a time that is none", 'meta.created gt "yesterday"'],
    ["a value path on a single value", 'title[value eq "x"]'],
    ["too many brackets", `${"(".repeat(40)}title pr${")".repeat(40)}`],
    ["too many comparisons", Array.from({ length: 60 }, () => "title pr").join(" or ")],
    ["a long text", `title eq "${"x".repeat(5_000)}"`],
  ])("refuses %s", (_what, text) => {
    expect(scimTypeOf(() => readFilter([USER_TYPE], text))).toBe("invalidFilter");
  });

  it("reads any text or refuses it with a failure", () => {
    const pieces = fc.constantFrom(
      "userName",
      " eq ",
      ' "x" ',
      "(",
      ")",
      "[",
      "]",
      ".",
      "not ",
      " and ",
      "\\",
      '"',
      "ü",
    );
    const texts = fc.oneof(
      fc.string(),
      fc.array(pieces, { maxLength: 30 }).map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(texts, (text) => {
        try {
          readFilter([USER_TYPE], text);
        } catch (error) {
          expect(error).toBeInstanceOf(Failure);
        }
      }),
      { numRuns: times(500) },
    );
  });
});

const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/** Few letters, so that random filters often match. With case, accents, wildcards, spaces at the end and a letter outside UTF-16. */
const word = fc.string({
  unit: fc.constantFrom("a", "A", "b", "é", "%", "_", " ", "😀", "\uffd3"),
  minLength: 1,
  maxLength: 4,
});
const element = fc.record(
  { value: word, type: fc.constantFrom("work", "home", "Work"), primary: fc.boolean() },
  { requiredKeys: ["value"] },
);
const user = fc.record(
  {
    userName: word,
    displayName: word,
    externalId: word,
    title: word,
    name: fc.record({ givenName: word, familyName: word }, { requiredKeys: [] }),
    active: fc.boolean(),
    emails: fc.array(element, { maxLength: 3 }),
    addresses: fc.array(fc.record({ locality: word, type: word }, { requiredKeys: [] }), { maxLength: 2 }),
    [ENTERPRISE]: fc.record(
      { department: word, manager: fc.record({ value: word, displayName: word }, { requiredKeys: [] }) },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: ["userName"] },
);

const group = fc.record({ displayName: word, externalId: word }, { requiredKeys: ["displayName"] });

const operator = fc.constantFrom("eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le");
const path = fc.constantFrom(
  "userName",
  "displayName",
  "externalId",
  "title",
  "name.givenName",
  "emails",
  "emails.value",
  "department",
  `${ENTERPRISE}:department`,
  "urn:ietf:params:scim:schemas:core:2.0:User:title",
  "manager",
  "manager.displayName",
  "addresses.locality",
);
const comparison = fc.oneof(
  fc.tuple(path, operator, word).map(([name, op, value]) => `${name} ${op} ${JSON.stringify(value)}`),
  fc
    .tuple(fc.constantFrom("active", "emails.primary"), fc.constantFrom("eq", "ne"), fc.boolean())
    .map((parts) => parts.join(" ")),
  fc.constantFrom("title pr", "emails pr", "name pr", "emails.type pr", 'title eq ""', "title ne null"),
);
const inner = fc.oneof(
  fc.tuple(operator, word).map(([op, value]) => `value ${op} ${JSON.stringify(value)}`),
  fc.constantFrom('type eq "work"', 'type ne "home"', "primary eq true", "primary pr", 'not (type eq "work")'),
);
const { filter } = fc.letrec<{ filter: string }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    comparison,
    fc.tuple(inner, fc.constantFrom("and", "or"), inner).map((parts) => `emails[${parts.join(" ")}]`),
    fc
      .tuple(operator, word, word)
      .map(([op, place, type]) => `addresses[locality ${op} ${JSON.stringify(place)}].type eq ${JSON.stringify(type)}`),
    fc.tuple(tie("filter"), fc.constantFrom("and", "or"), tie("filter")).map(([a, op, b]) => `(${a} ${op} ${b})`),
    tie("filter").map((each) => `not (${each})`),
  ),
}));

describe("a filter", () => {
  let database: TestDatabase;
  let directoryId: string;
  beforeAll(async () => {
    database = await openMigratedDatabase();
    directoryId = uuidv7();
    const organizationId = uuidv7();
    const now = new Date();
    await database.transact(async ({ execute }) => {
      await execute(
        `INSERT INTO organization (id, name, slug, time_zone, sso_allowed, sso_entitled, scim_entitled, policies, version, created_at, updated_at)
         VALUES (?, 'Acme', 'acme', 'UTC', ?, ?, ?, '{}', 1, ?, ?)`,
        [organizationId, true, true, true, now, now],
      );
      await execute(
        `INSERT INTO provisioning_directory (id, organization_id, name, state, deprovision_action, sign_in_match, version, created_at, updated_at)
         VALUES (?, ?, 'SCIM', 'ACTIVE', 'ARCHIVE', 'EXTERNAL_ID', 1, ?, ?)`,
        [directoryId, organizationId, now, now],
      );
    });
  });
  afterAll(() => database.close());

  /** Replaces the users and groups of the directory. */
  async function store(
    users: readonly { readonly emails?: readonly { readonly primary?: boolean }[] }[],
    groups: readonly object[] = [],
  ) {
    const given = [
      ...users.map((each) => [USER_TYPE, { ...each, emails: onePrimary(each.emails) }] as const),
      ...groups.map((each) => [GROUP_TYPE, { ...each }] as const),
    ];
    const stored = given.map(([type, body], place) => {
      const document = readDocument(type, body);
      return {
        id: `${String(place).padStart(4, "0")}-${uuidv7()}`.slice(0, 36),
        kind: type === USER_TYPE ? ("USER" as const) : ("GROUP" as const),
        document,
        values: indexDocument(type, document),
      };
    });
    const now = new Date();
    await database.transact(async (transaction) => {
      await transaction.execute("DELETE FROM directory_resource WHERE directory_id = ?", [directoryId]);
      await insertRows(
        transaction,
        "directory_resource",
        ["id", "directory_id", "kind", "name_hash", "document", "version", "created_at", "modified_at"],
        stored.map(({ id, kind, document }) => [id, directoryId, kind, id, JSON.stringify(document), 1, now, now]),
      );
      await insertRows(
        transaction,
        "directory_value",
        ["resource_id", "attribute", "element", "directory_id", "value_key"],
        stored.flatMap(({ id, values }) =>
          values.map(({ attribute, element: place, key }) => [id, attribute, place, directoryId, key]),
        ),
      );
    });
    return stored;
  }

  it("finds in SQL exactly the users and groups that it finds in memory", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(user, { minLength: 1, maxLength: 6 }),
        fc.array(group, { maxLength: 3 }),
        fc.array(filter, { minLength: 5, maxLength: 15 }),
        async (users, groups, filters) => {
          const stored = await store(users, groups);
          for (const text of filters) {
            const [ofUsers, ofGroups] = readFilter([USER_TYPE, GROUP_TYPE], text) as [
              ResourceCondition,
              ResourceCondition,
            ];
            const { resources } = await listResources(database.reader, directoryId, {
              kinds: [
                { kind: "USER", condition: ofUsers },
                { kind: "GROUP", condition: ofGroups },
              ],
              order: orderToSql(null),
              from: { skip: 0 },
              limit: 100,
            });
            const inMemory = stored.filter(({ kind, values }) => passes(kind === "USER" ? ofUsers : ofGroups, values));
            expect([text, resources.map(({ id }) => id)]).toEqual([text, inMemory.map(({ id }) => id)]);
          }
        },
      ),
      { numRuns: times(25) },
    );
  });

  it("sorts in SQL exactly as in memory, by any attribute, and pages by place have each user once", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(user, { minLength: 1, maxLength: 8 }), async (users) => {
        const stored = await store(users);
        for (const name of ["userName", "externalId", "title", "name.givenName", "active", "emails", "department"]) {
          const keyOf = ({ document, values }: (typeof stored)[number]) => {
            const emails = (document["emails"] ?? []) as readonly { readonly primary?: boolean }[];
            const primary = emails.findIndex((each) => each.primary === true);
            const attribute =
              name === "emails" ? "emails.value" : name === "department" ? "enterprise:department" : name.toLowerCase();
            const place = name === "emails" ? Math.max(0, primary) : 0;
            return values.find((each) => each.attribute === attribute && each.element === place)?.key ?? null;
          };
          const ascending = stored.toSorted((left, right) => {
            const [one, other] = [keyOf(left), keyOf(right)];
            if (one === null || other === null)
              return Number(one === null) - Number(other === null) || byId(left, right);
            return Buffer.compare(Buffer.from(one), Buffer.from(other)) || byId(left, right);
          });
          for (const direction of ["ascending", "descending"]) {
            const order = orderToSql(readSort([USER_TYPE], name, direction));
            const found: string[] = [];
            let from: ListedPart["from"] | null = { skip: 0 };
            while (from !== null) {
              const kinds = [{ kind: "USER", condition: null }] as const;
              const part: ResourcePart = await listResources(database.reader, directoryId, {
                kinds,
                order,
                from,
                limit: 3,
              });
              found.push(...part.resources.map(({ id }) => id));
              expect(part.total).toBe(stored.length);
              from = part.next === null ? null : { after: part.next };
            }
            const expected = direction === "ascending" ? ascending : ascending.toReversed();
            expect([name, direction, found]).toEqual([name, direction, expected.map(({ id }) => id)]);
          }
        }
      }),
      { numRuns: times(8) },
    );
  });
});

const byId = (left: { readonly id: string }, right: { readonly id: string }) => (left.id < right.id ? -1 : 1);

/** Marks at most one e-mail address as primary, as the schema demands. */
function onePrimary<Element extends { readonly primary?: boolean }>(elements: readonly Element[] = []) {
  const first = elements.findIndex(({ primary }) => primary === true);
  return elements.map((each, place) => (each.primary === true && place !== first ? { ...each, primary: false } : each));
}
