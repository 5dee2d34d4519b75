/** Filters: questions and answers, the answers of users, permissions to see and change them, and the effects of a deletion. */
import { beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { graphql } from "graphql";
import type { Caller } from "../../../src/access/caller.js";
import type { RequestContext } from "../../../src/access/request-context.js";
import { addMember, removeMember } from "../../../src/people/membership/membership.operations.js";
import { createPeopleResolvers } from "../../../src/people/resolvers.js";
import { deleteUser } from "../../../src/people/user/delete/delete.operations.js";
import { countQueries } from "../../../src/platform/database/query-count.js";
import { Failure, PLATFORM_FAILURES } from "../../../src/platform/errors/failure.js";
import { assembleCatalogue } from "../../../src/platform/graphql/failures.js";
import { buildGraphQLSchema } from "../../../src/platform/graphql/schema.js";
import { MOST_ANSWERS, MOST_FILTERS, type Filter } from "../../../src/training/filter/filter.js";
import {
  createFilter,
  deleteFilter,
  readFilters,
  updateFilter,
  type FilterChangeInput,
} from "../../../src/training/filter/filter.operations.js";
import { createFilterResolvers } from "../../../src/training/filter/resolvers.js";
import { setUserAnswers } from "../../../src/training/filter/user-answers.operations.js";
import { codeOf, keyOf, makeOrganization, makeUser, useHouse, OPERATOR, personIn } from "../../support/house.js";

const house = useHouse();
let organizationId: string;
// any: the shape is what each test asks for
let ask: (
  caller: Caller,
  source: string,
  variables?: Record<string, unknown>,
) => Promise<{ data: any; codes: string[] }>;
let people = 0;
beforeAll(async () => {
  const container = new Map([...createPeopleResolvers(house.store), ...createFilterResolvers(house.store)]);
  const errorCodes = assembleCatalogue(PLATFORM_FAILURES);
  const schema = buildGraphQLSchema({ resolvers: [...container.keys()], container, errorCodes });
  ask = async (caller, source, variableValues = {}) => {
    const contextValue: RequestContext = { caller };
    const { data, errors = [] } = await graphql({ schema, source, variableValues, contextValue });
    const codes = errors.map((error) => {
      if (error.originalError instanceof Failure) return error.originalError.code;
      throw error;
    });
    return { data, codes };
  };
});
beforeEach(async () => {
  organizationId = (await makeOrganization(house)).id;
});

const person = async (of = organizationId) =>
  (await makeUser(house, of, { email: `answerer-${(people += 1)}@example.com` })).id;
const make = (question = "Country", answers: readonly string[] = ["Austria", "Germany"], of = organizationId) =>
  createFilter(house.store, OPERATOR, { organizationId: of, question, answers });
const change = (input: FilterChangeInput, caller: Caller = OPERATOR) => updateFilter(house.store, caller, input);
const answer = (userId: string, filter: Filter, text: string | null, caller: Caller = OPERATOR) =>
  setUserAnswers(house.store, caller, {
    organizationId,
    userId,
    answers: [{ filterId: filter.id, answerId: text === null ? null : idOf(filter, text) }],
  });
const idOf = (filter: Filter, text: string) => filter.answers.find((each) => each.text === text)!.id;
const shown = async () =>
  (await readFilters(house.store, OPERATOR, organizationId)).map(({ question, answers }) => [
    question,
    ...answers.map(({ text }) => text),
  ]);
const answersOf = async (userId: string) =>
  (
    await ask(
      OPERATOR,
      "query ($id: ID!) { users(organizationId: $id, first: 200) { nodes { id answers(organizationId: $id) { question text } } } }",
      { id: organizationId },
    )
  ).data.users.nodes
    .find(({ id }: { id: string }) => id === userId)
    .answers.map(({ question, text }: { question: string; text: string }) => `${question}: ${text}`);
const audits = async (action: string) =>
  (
    await house.database.reader.rows<{ before_value: string | null; after_value: string | null }>(
      "SELECT before_value, after_value FROM audit_entry WHERE organization_id = ? AND action = ? ORDER BY id",
      [organizationId, action],
    )
  ).map(({ before_value, after_value }) => [JSON.parse(before_value ?? "null"), JSON.parse(after_value ?? "null")]);
const detailsOf = async (work: Promise<unknown>) => {
  try {
    await work;
  } catch (error) {
    if (error instanceof Failure) return { code: error.code, ...(error.details as object) };
    throw error;
  }
  return null;
};
const pathsOf = async (work: Promise<unknown>) => {
  const details = (await detailsOf(work)) as { fields?: readonly { path: string; code: string }[] } | null;
  return details?.fields?.map(({ path, code }) => `${path} ${code}`);
};

describe("a filter", () => {
  test("is appended to the list, with its answers in order, and audited", async () => {
    await make(" Country ", ["Austria", " Germany "]);
    const second = await make("Department", ["Sales"]);
    expect(await shown()).toEqual([
      ["Country", "Austria", "Germany"],
      ["Department", "Sales"],
    ]);
    expect(second).toMatchObject({ position: 1, version: 1 });
    expect((await audits("filter.created"))[1]).toEqual([
      null,
      { question: "Department", answers: [{ id: second.answers[0]!.id, text: "Sales" }] },
    ]);
  });

  test("has a question that is unique in its organization, without regard to case, also in parallel requests", async () => {
    const outcomes = await Promise.all(["Größe", "GRÖSSE", "größe", "GRÖßE"].map((question) => codeOf(make(question))));
    expect(outcomes.toSorted()).toEqual(["NONE", "NONE", "QUESTION_TAKEN", "QUESTION_TAKEN"]);
    const elsewhere = (await makeOrganization(house)).id;
    expect(await codeOf(make("größe", ["S"], elsewhere))).toBe("NONE");
    const other = await make("Other");
    expect(await codeOf(change({ id: other.id, question: "größe" }))).toBe("QUESTION_TAKEN");
  });

  test("is refused with all mistakes of the input", async () => {
    expect(await pathsOf(make(" ", ["Yes", "YES", "", "x".repeat(201), "a\nb"]))).toEqual([
      "question REQUIRED",
      "answers.1 TAKEN",
      "answers.2 REQUIRED",
      "answers.3 INVALID",
      "answers.4 INVALID",
    ]);
    expect(await pathsOf(make("x".repeat(501), []))).toEqual(["question INVALID", "answers REQUIRED"]);
    const many = Array.from({ length: MOST_ANSWERS + 1 }, (_, index) => `Answer ${index}`);
    expect(await pathsOf(make("Many", many))).toEqual(["answers INVALID"]);
    expect((await make("Many", many.slice(1))).answers).toHaveLength(MOST_ANSWERS);
  });

  test("is refused beyond the largest number per organization, also in parallel requests", async () => {
    for (let index = 0; index < MOST_FILTERS - 1; index += 1) await make(`Question ${index}`, ["Yes"]);
    const outcomes = await Promise.all([codeOf(make("One")), codeOf(make("Two"))]);
    expect(outcomes.toSorted()).toEqual(["FILTER_LIMIT_REACHED", "NONE"]);
  });

  test("changes its question and answers, and users keep a chosen answer under its new text", async () => {
    const filter = await make();
    const ada = await person();
    await answer(ada, filter, "Germany");
    const after = await change({
      id: filter.id,
      expectedVersion: 1,
      question: "Land",
      answers: [
        { text: "Schweiz" },
        { id: idOf(filter, "Germany"), text: "Deutschland" },
        { id: idOf(filter, "Austria"), text: "Austria" },
      ],
    });
    expect(after.version).toBe(2);
    expect(await shown()).toEqual([["Land", "Schweiz", "Deutschland", "Austria"]]);
    expect(await answersOf(ada)).toEqual(["Land: Deutschland"]);
    expect(await codeOf(change({ id: filter.id, expectedVersion: 1, question: "x" }))).toBe("VERSION_CONFLICT");
    expect((await change({ id: filter.id, question: "Land" })).version).toBe(2);
    expect(await audits("filter.updated")).toHaveLength(1);
  });

  test("may swap the texts of two answers", async () => {
    const filter = await make();
    const [first, second] = filter.answers;
    await change({
      id: filter.id,
      answers: [
        { id: first!.id, text: "Germany" },
        { id: second!.id, text: "austria" },
      ],
    });
    expect(await shown()).toEqual([["Country", "Germany", "austria"]]);
  });

  test("refuses an answer of a different filter, and the same answer twice", async () => {
    const filter = await make();
    const other = await make("Other", ["Maybe"]);
    const id = idOf(filter, "Austria");
    expect(await pathsOf(change({ id: filter.id, answers: [{ id: idOf(other, "Maybe"), text: "Maybe" }] }))).toEqual([
      "answers.0.id UNKNOWN",
    ]);
    expect(
      await pathsOf(
        change({
          id: filter.id,
          answers: [
            { id, text: "A" },
            { id, text: "B" },
          ],
        }),
      ),
    ).toEqual(["answers.1.id UNKNOWN"]);
    expect(await pathsOf(change({ id: filter.id, answers: [{ text: "A" }, { text: "a" }] }))).toEqual([
      "answers.1.text TAKEN",
    ]);
    expect(await shown()).toEqual([
      ["Country", "Austria", "Germany"],
      ["Other", "Maybe"],
    ]);
  });

  test("loses an answer that users chose only if the caller confirms their number", async () => {
    const filter = await make();
    const [ada, grace, alan] = [await person(), await person(), await person()];
    await answer(ada, filter, "Austria");
    await answer(grace, filter, "Austria");
    await answer(alan, filter, "Germany");
    const input = { id: filter.id, answers: [{ id: idOf(filter, "Germany"), text: "Germany" }] };
    expect(await detailsOf(change(input))).toEqual({ code: "FILTER_IN_USE", affectedUsers: 2 });
    await expect(change(input)).rejects.toThrow("2 users would lose an answer. Nothing has changed yet. To confirm,");
    expect(await codeOf(change({ ...input, confirmAffectedUsers: 3 }))).toBe("FILTER_IN_USE");
    expect(await answersOf(ada)).toEqual(["Country: Austria"]);
    await change({ ...input, confirmAffectedUsers: 2 });
    expect([await answersOf(ada), await answersOf(alan)]).toEqual([[], ["Country: Germany"]]);
    expect(await detailsOf(deleteFilter(house.store, OPERATOR, filter.id))).toEqual({
      code: "FILTER_IN_USE",
      affectedUsers: 1,
    });
    await deleteFilter(house.store, OPERATOR, filter.id, 1);
    expect([await shown(), await answersOf(alan)]).toEqual([[], []]);
    expect((await audits("filter.deleted"))[0]![0]).toMatchObject({ question: "Country" });
  });

  test("moves to a different position, and the others keep their order", async () => {
    const [a, b, c] = [await make("A"), await make("B"), await make("C")];
    const order = async () => (await shown()).map(([question]) => question).join("");
    await change({ id: c!.id, position: 0 });
    expect(await order()).toBe("CAB");
    await change({ id: c!.id, position: 99 });
    expect(await order()).toBe("ABC");
    await deleteFilter(house.store, OPERATOR, a!.id);
    const d = await make("D");
    const moved = await change({ id: b!.id, position: 1 });
    expect([await order(), moved.version]).toEqual(["CBD", 2]);
    expect((await change({ id: b!.id, position: 1 })).version).toBe(2);
    expect(await pathsOf(change({ id: d.id, position: -1 }))).toEqual(["position INVALID"]);
  });

  test("is shown with TRAINING_READ or TEAM_TRAINING_READ, changed with TRAINING_WRITE, and not found elsewhere", async () => {
    const filter = await make();
    const elsewhere = (await makeOrganization(house)).id;
    const see = (caller: Caller) => codeOf(readFilters(house.store, caller, organizationId));
    for (const permission of ["TRAINING_READ", "TEAM_TRAINING_READ"] as const)
      expect(await see(keyOf(organizationId, permission))).toBe("NONE");
    expect(await see(keyOf(organizationId, "USERS_READ", "TRAINING_WRITE"))).toBe("FORBIDDEN");
    expect(await see(keyOf(elsewhere, "TRAINING_READ"))).toBe("NOT_FOUND");
    const reader = keyOf(organizationId, "TRAINING_READ");
    const outsider = keyOf(elsewhere, "TRAINING_WRITE", "TRAINING_READ");
    const ada = await person();
    for (const [caller, code] of [
      [reader, "FORBIDDEN"],
      [outsider, "NOT_FOUND"],
    ] as const) {
      const input = { organizationId, question: "New", answers: ["Yes"] };
      expect(await codeOf(createFilter(house.store, caller, input))).toBe(code);
      expect(await codeOf(change({ id: filter.id, question: "x" }, caller))).toBe(code);
      expect(await codeOf(deleteFilter(house.store, caller, filter.id))).toBe(code);
      expect(await codeOf(answer(ada, filter, "Austria", caller))).toBe(code);
    }
    expect([await shown(), await answersOf(ada)]).toEqual([[["Country", "Austria", "Germany"]], []]);
  });
});

describe("the answers of a user", () => {
  test("are one for each question, can be changed and removed, and are audited only if they changed", async () => {
    const [country, department] = [await make(), await make("Department", ["Sales", "Support"])];
    const ada = await person();
    await answer(ada, country, "Austria");
    await answer(ada, department, "Sales");
    await answer(ada, country, "Germany");
    await answer(ada, country, "Germany");
    expect(await answersOf(ada)).toEqual(["Country: Germany", "Department: Sales"]);
    await answer(ada, country, null);
    await answer(ada, country, null);
    expect(await answersOf(ada)).toEqual(["Department: Sales"]);
    const entries = await audits("user.answers_changed");
    expect(entries).toHaveLength(4);
    expect(entries[2]).toEqual([
      { answers: [{ filterId: country.id, answerId: idOf(country, "Austria") }] },
      { answers: [{ filterId: country.id, answerId: idOf(country, "Germany") }] },
    ]);
    const events = "SELECT type FROM event WHERE subject_id = ?";
    expect(await house.database.reader.rows(events, [ada])).toEqual([{ type: "user.created" }]);
  });

  test("need filters and a member of the organization; if one is wrong, none is stored", async () => {
    const country = await make();
    const elsewhere = (await makeOrganization(house)).id;
    const foreign = await make("Foreign", ["Yes"], elsewhere);
    const other = await make("Other", ["Maybe"]);
    const [ada, stranger] = [await person(), await person(elsewhere)];
    const set = (answers: readonly { filterId: string; answerId?: string | null }[], userId = ada) =>
      setUserAnswers(house.store, OPERATOR, { organizationId, userId, answers });
    const good = { filterId: country.id, answerId: idOf(country, "Austria") };
    expect(await pathsOf(set([good, { filterId: foreign.id, answerId: idOf(foreign, "Yes") }]))).toEqual([
      "answers.1.filterId UNKNOWN",
    ]);
    expect(
      await pathsOf(
        set([
          { filterId: country.id, answerId: idOf(other, "Maybe") },
          { filterId: other.id, answerId: "x" },
        ]),
      ),
    ).toEqual(["answers.0.answerId UNKNOWN", "answers.1.answerId UNKNOWN"]);
    expect(await pathsOf(set([good, good]))).toEqual(["answers.1.filterId TAKEN"]);
    expect(await codeOf(set([good], stranger))).toBe("NOT_FOUND");
    expect(await codeOf(set([good], "nobody"))).toBe("NOT_FOUND");
    expect(await answersOf(ada)).toEqual([]);
  });

  test("are separate for each organization, and counted for members only", async () => {
    const country = await make();
    const [ada, guest] = [await person(), await person((await makeOrganization(house)).id)];
    await addMember(house.store, OPERATOR, { organizationId, userId: guest });
    await answer(ada, country, "Austria");
    await answer(guest, country, "Austria");
    const counts = async (caller = OPERATOR) =>
      await ask(caller, "query ($id: ID!) { filters(organizationId: $id) { answers { text userCount } } }", {
        id: organizationId,
      });
    expect((await counts()).data.filters[0].answers).toEqual([
      { text: "Austria", userCount: 2 },
      { text: "Germany", userCount: 0 },
    ]);
    const atHome = await ask(OPERATOR, "query ($id: ID!) { user(id: $id) { answers { text } } }", { id: guest });
    expect(atHome.data.user.answers).toEqual([]);
    await removeMember(house.store, OPERATOR, { organizationId, userId: guest });
    expect((await counts()).data.filters[0].answers[0]).toEqual({ text: "Austria", userCount: 1 });
    expect((await counts(keyOf(organizationId, "TEAM_TRAINING_READ"))).codes).toContain("FORBIDDEN");
  });

  test("are shown to the person, and to other callers only with TRAINING_READ", async () => {
    const country = await make();
    const [ada, grace] = [await person(), await person()];
    await answer(ada, country, "Austria");
    const as = async (caller: Caller) =>
      (await ask(caller, "query ($id: ID!) { user(id: $id) { answers { text } } }", { id: ada })).data.user.answers;
    expect(await as(personIn(organizationId, ada, ["USERS_READ"]))).toEqual([{ text: "Austria" }]);
    expect(await as(keyOf(organizationId, "USERS_READ", "TRAINING_READ"))).toEqual([{ text: "Austria" }]);
    expect(await as(personIn(organizationId, grace, ["USERS_READ", "TEAM_TRAINING_READ"]))).toEqual([]);
  });

  test("need as many queries for many users and filters as for one", async () => {
    const QUERY = `query ($id: ID!) { users(organizationId: $id, first: 100) { nodes { answers { text } } }
      filters(organizationId: $id) { answers { userCount } } }`;
    const read = async () => (await countQueries(() => ask(OPERATOR, QUERY, { id: organizationId }))).statements.length;
    const first = await make();
    await answer(await person(), first, "Austria");
    const few = await read();
    const second = await make("Department", ["Sales", "Support"]);
    for (let index = 0; index < 5; index += 1) {
      const userId = await person();
      await answer(userId, first, "Germany");
      await answer(userId, second, "Sales");
    }
    expect(await read()).toBe(few);
  });

  test("are erased with the person, also in the audit log", async () => {
    const country = await make();
    const ada = await person();
    await answer(ada, country, "Austria");
    await deleteUser(house.store, { guards: [], erasers: [] }, OPERATOR, ada);
    expect(await house.database.reader.rows("SELECT * FROM user_answer WHERE user_id = ?", [ada])).toEqual([]);
    expect(JSON.stringify(await audits("user.answers_changed"))).not.toContain(idOf(country, "Austria"));
  });
});
