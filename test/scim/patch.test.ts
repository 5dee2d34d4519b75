/** PATCH and PUT on documents: properties that hold for every user, and the cases that standards and providers differ in. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { Failure } from "../../src/platform/errors/failure.js";
import { applyChanges } from "../../src/scim/patch/apply-change.js";
import { readPatch } from "../../src/scim/patch/read-patch.js";
import { orderDocument, readDocument, type Document } from "../../src/scim/resource/read-document.js";
import { readSelection, select } from "../../src/scim/resource/select-attributes.js";
import { USER_TYPE } from "../../src/scim/schema/schemas.js";
import { times } from "../../testing/long.js";
import { enterprise, replaceAll, userBody } from "../support/scim-documents.js";

const patch = (document: Document, ...operations: readonly object[]): Document =>
  orderDocument(USER_TYPE, applyChanges(document, readPatch(USER_TYPE, { Operations: operations })));

describe("for every user", () => {
  it("what was put is read back as it was put", () => {
    fc.assert(
      fc.property(userBody, (sent) => {
        const document = readDocument(USER_TYPE, sent);
        expect(readDocument(USER_TYPE, document)).toEqual(document);
        // Nothing is lost: every text of the body is in the document.
        for (const [name, value] of Object.entries(sent))
          if (typeof value === "string") expect(document[name]).toBe(value);
      }),
      { numRuns: times(200) },
    );
  });

  it("a PATCH that replaces every attribute equals a PUT", () => {
    fc.assert(
      fc.property(userBody, userBody, (before, after) => {
        const put = readDocument(USER_TYPE, after);
        expect(patch(readDocument(USER_TYPE, before), ...replaceAll(put))).toEqual(put);
      }),
      { numRuns: times(200) },
    );
  });

  it("a PATCH without a path equals one with a path for each attribute", () => {
    fc.assert(
      fc.property(userBody, userBody, (before, value) => {
        const document = readDocument(USER_TYPE, before);
        const paths = Object.entries(value).flatMap(([name, inner]) =>
          name === enterprise!.id
            ? Object.entries(inner as object).map(([sub, each]) => ({ op: "add", path: `${name}:${sub}`, value: each }))
            : [{ op: "add", path: name, value: inner }],
        );
        fc.pre(paths.length > 0);
        expect(patch(document, { op: "add", value })).toEqual(patch(document, ...paths));
      }),
      { numRuns: times(200) },
    );
  });

  it("any body of a PATCH is applied or refused with a failure", () => {
    const operation = fc.record(
      {
        op: fc.constantFrom("add", "Replace", "remove", "x"),
        path: fc.oneof(
          fc.constantFrom(
            "emails",
            "name",
            'emails[type eq "work"]',
            'emails[type eq "work"].value',
            "emails.value",
            "active",
          ),
          fc.string(),
        ),
        value: fc.jsonValue({ maxDepth: 3 }),
      },
      { requiredKeys: ["op"] },
    );
    fc.assert(
      fc.property(userBody, fc.array(operation, { minLength: 1, maxLength: 3 }), (before, operations) => {
        const document = readDocument(USER_TYPE, before);
        const frozen = structuredClone(document);
        try {
          patch(document, ...operations);
        } catch (error) {
          expect(error).toBeInstanceOf(Failure);
        }
        expect(document).toEqual(frozen);
      }),
      { numRuns: times(500) },
    );
  });
});

describe("a PATCH", () => {
  const before = readDocument(USER_TYPE, {
    userName: "ada",
    name: { givenName: "Ada", familyName: "Lovelace" },
    emails: [
      { value: "a@work.test", type: "work", primary: true },
      { value: "a@home.test", type: "home" },
    ],
  });
  const emailsAfter = (...operations: readonly object[]) => patch(before, ...operations)["emails"];

  it("changes only the parts of a name that it gives", () => {
    expect(patch(before, { op: "replace", path: "name", value: { familyName: "King" } })["name"]).toEqual({
      givenName: "Ada",
      familyName: "King",
    });
  });

  it("moves the primary mark to the value that gets it", () => {
    expect(emailsAfter({ op: "replace", path: 'emails[type eq "home"].primary', value: true })).toEqual([
      { value: "a@work.test", type: "work", primary: false },
      { value: "a@home.test", type: "home", primary: true },
    ]);
  });

  it("removes the elements that a value path or a list of values names", () => {
    const rest = [{ value: "a@home.test", type: "home" }];
    expect(emailsAfter({ op: "remove", path: 'emails[value ew "work.test"]' })).toEqual(rest);
    expect(emailsAfter({ op: "remove", path: "emails", value: [{ value: "A@WORK.test" }] })).toEqual(rest);
    expect(emailsAfter({ op: "remove", path: "emails" })).toBeUndefined();
  });

  it("replaces an element, and adds to one", () => {
    const path = 'emails[type eq "home"]';
    expect(emailsAfter({ op: "replace", path, value: { value: "b@home.test" } })).toContainEqual({
      value: "b@home.test",
    });
    expect(emailsAfter({ op: "add", path, value: { display: "Home" } })).toContainEqual({
      value: "a@home.test",
      display: "Home",
      type: "home",
    });
  });

  it("adds a value that is there already only once", () => {
    expect(emailsAfter({ op: "add", path: "emails", value: [{ value: "a@work.test", type: "work" }] })).toEqual(
      before["emails"],
    );
  });

  it("refuses a list that grows by more operations than it has room for", () => {
    const add = (count: number) => ({
      op: "add",
      path: "ims",
      value: Array.from({ length: count }, (_, place) => ({ value: `${count}-${place}` })),
    });
    expect(patch(before, add(98))["ims"]).toHaveLength(98);
    expect(patch(before, add(98), add(2))["ims"]).toHaveLength(100);
    expect(() => patch(before, add(98), add(3))).toThrow("ims: has 101 values");
    expect(() => patch(before, add(100), { op: "replace", path: 'ims[type eq "other"].value', value: "x" })).toThrow(
      "ims: has 101 values",
    );
  });

  it("refuses more changes than a PATCH may have, also in one operation", () => {
    // A key may repeat in another case, so that one operation has many changes.
    const spellings = Array.from({ length: 2_001 }, (_, number) =>
      Array.from("preferredlanguage", (letter, place) => ((number >> place) & 1 ? letter.toUpperCase() : letter)).join(
        "",
      ),
    );
    const operation = (names: readonly string[]) => ({
      op: "replace",
      value: Object.fromEntries(names.map((name) => [name, "en"])),
    });
    expect(patch(before, operation(spellings.slice(1)))["preferredLanguage"]).toBe("en");
    expect(() => patch(before, operation(spellings))).toThrow("changes 2001 values");
  });

  it("refuses a PATCH that looks at more values of lists than it may, because other changes wait for it", () => {
    const ims = Array.from({ length: 100 }, (_, place) => ({ value: `${place}` }));
    const full = patch(before, { op: "add", path: "ims", value: ims });
    const byPath = { op: "replace", path: 'ims[value pr or value co "x"].type', value: "chat" };
    expect(patch(full, ...Array.from({ length: 30 }, () => byPath))["ims"]).toHaveLength(100);
    expect(() => patch(full, ...Array.from({ length: 31 }, () => byPath))).toThrow("more than 3000 values of lists");
    const again = { op: "add", path: "ims", value: ims };
    expect(() => patch(full, ...Array.from({ length: 16 }, () => again))).toThrow("more than 3000 values of lists");
  });

  it.each([
    ["an unknown path", { op: "replace", path: "shoeSize", value: "42" }, "invalidPath"],
    ["an unknown attribute without a path", { op: "replace", value: { shoeSize: "42" } }, "invalidPath"],
    ["a path with a broken filter", { op: "replace", path: 'emails[type eq "work"', value: "x" }, "invalidPath"],
    ["a value path on a single value", { op: "replace", path: 'title[type eq "x"]', value: "x" }, "invalidPath"],
    ["a wrong boolean", { op: "replace", path: "active", value: "perhaps" }, "invalidValue"],
    ["an object for a text", { op: "replace", path: "title", value: { a: 1 } }, "invalidValue"],
    ["no value", { op: "replace", path: "title" }, "invalidValue"],
    [
      "two primary values",
      { op: "add", path: "ims", value: [1, 2].map((n) => ({ value: n, primary: true })) },
      "invalidValue",
    ],
    ["a value path that matches nothing", { op: "replace", path: 'emails[type sw "x"].value', value: "x" }, "noTarget"],
    ["a removal without a path", { op: "remove" }, "noTarget"],
    ["an id", { op: "replace", path: "id", value: "x" }, "mutability"],
    ["the groups of a user", { op: "add", path: "groups", value: [{ value: "x" }] }, "mutability"],
    ["an unknown operation", { op: "move", path: "title", value: "x" }, "invalidSyntax"],
  ])("refuses %s", (_what, operation, scimType) => {
    const refused = () => patch(before, operation);
    expect(refused).toThrow(Failure);
    try {
      refused();
    } catch (error) {
      expect((error as Failure<{ scimType: string }>).details.scimType).toBe(scimType);
    }
  });
});

describe("attributes and excludedAttributes", () => {
  const shown = {
    schemas: ["x"],
    id: "1",
    userName: "ada",
    name: { givenName: "Ada", familyName: "Lovelace" },
    emails: [{ value: "a@b.test", type: "work" }],
    [enterprise!.id]: { department: "Math", division: "North" },
  };
  const show = (attributes?: string, excluded?: string) =>
    select(shown, readSelection(USER_TYPE, attributes, excluded));

  it("select attributes, parts of them and those of an extension, in any case, and always the id", () => {
    expect(show("USERNAME, name.givenName,emails.value")).toEqual({
      schemas: ["x"],
      id: "1",
      userName: "ada",
      name: { givenName: "Ada" },
      emails: [{ value: "a@b.test" }],
    });
    expect(show(`${enterprise!.id}:department`)).toEqual({
      schemas: ["x"],
      id: "1",
      [enterprise!.id]: { department: "Math" },
    });
    expect(show(enterprise!.id)).toEqual({ schemas: ["x"], id: "1", [enterprise!.id]: shown[enterprise!.id] });
    expect(show("unknown")).toEqual({ schemas: ["x"], id: "1" });
    for (const nothing of ["", " , "]) expect(show(nothing)).toEqual(shown);
  });

  it("keep no unknown names, because each attribute of each resource is compared with all names", () => {
    const names = Array.from({ length: 1_000 }, (_, index) => `a${index}`).join();
    expect(readSelection(USER_TYPE, names, names)).toEqual({ only: new Set(), without: new Set() });
  });

  it("leave out attributes, but never the id", () => {
    expect(show(undefined, `id,emails,name.familyName,${enterprise!.id}`)).toEqual({
      schemas: ["x"],
      id: "1",
      userName: "ada",
      name: { givenName: "Ada" },
    });
  });
});
