/**
 * The cost of a page of results: the index that each filter uses, and how many results the database examines in a small
 * and in a large organization.
 */
import { beforeAll, describe, expect, test } from "@jest/globals";
import type { Caller } from "../../../src/access/caller.js";
import type { UnitOfWork } from "../../../src/access/unit-of-work.js";
import type { Reader, SqlValue } from "../../../src/platform/database/database.js";
import type { TimeBound } from "../../../src/platform/time-range.js";
import { listResults, type ResultsQuery } from "../../../src/training/result/list-results.js";
import type { ResultFilter } from "../../../src/training/result/result-filter.js";
import { makeOrganization, useHouse, OPERATOR, personIn } from "../../support/house.js";
import { countRowsLookedAt } from "../../support/count-rows.js";
import { onMariaDb } from "../../support/database.js";
import {
  FEW_RESULTS,
  fillWithResults,
  FIRST_COMPLETION,
  RARE_COURSE,
  SECONDS_BETWEEN,
  type Filled,
} from "../../support/fill-results.js";
import { isLong } from "../../../testing/long.js";

const SMALL = 10_000;
const LARGE = isLong ? 500_000 : 100_000;

const house = useHouse();
let small: Filled;
let large: Filled;

beforeAll(async () => {
  const fill = async (letter: string, size: number) => {
    const { id } = await makeOrganization(house);
    return await house.inUnit((unit) => fillWithResults(unit, id, letter, size));
  };
  small = await fill("s", SMALL);
  large = await fill("l", LARGE);
}, 900_000);

interface Made {
  readonly sql: string;
  readonly parameters: readonly SqlValue[];
}

type Query = Omit<ResultsQuery, "organizationId">;

/** Reads a page. Returns it with the number of examined results and the plan of the statement. */
async function measure(query: Query, { organizationId }: Filled, caller: Caller) {
  return await house.inUnit(async (unit) => {
    const made: Made[] = [];
    const counting = countRowsLookedAt(unit, house.database.url, touchResults);
    const rows = async <Row>(sql: string, parameters: readonly SqlValue[] = []): Promise<Row[]> => {
      const readsResults = sql.includes("training_result");
      if (readsResults) made.push({ sql, parameters });
      return readsResults ? await counting.rows<Row>(sql, parameters) : await unit.rows<Row>(sql, parameters);
    };
    const row = async <Row>(sql: string, parameters?: readonly SqlValue[]) => (await rows<Row>(sql, parameters))[0];
    const reader: Reader = { dialect: unit.dialect, rows, row };
    const page = await listResults({ ...house.store, reader }, caller, { ...query, organizationId });
    const examined = await counting.finish();
    const plans = await Promise.all(made.map((each) => explain(unit, each)));
    return { nodes: page.nodes, examined, plan: plans.flat().join("\n"), endCursor: page.pageInfo().endCursor };
  });
}

/** Adds a call for each result that a statement examines. */
function touchResults(sql: string): string {
  const touching = sql.replaceAll("r.organization_id = ?", "r.organization_id = ? AND touch(r.id) = 1");
  expect(touching).not.toBe(sql);
  return touching;
}

async function explain(unit: UnitOfWork, { sql, parameters }: Made): Promise<readonly string[]> {
  if (!onMariaDb) {
    const steps = await unit.rows<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, parameters);
    return steps.map(({ detail }) => detail);
  }
  const steps = await unit.rows<{ table: string; type: string; key: string | null; Extra: string }>(
    `EXPLAIN ${sql}`,
    parameters,
  );
  return steps.map(({ table, type, key, Extra }) => `${table} ${type} ${key} ${Extra}`);
}

const at = (size: number, part: number): TimeBound => ({
  kind: "MOMENT",
  moment: new Date(FIRST_COMPLETION + Math.floor(size * part) * SECONDS_BETWEEN * 1000),
});

interface Case {
  readonly name: string;
  readonly filterOf: (of: Filled, size: number) => ResultFilter;
  readonly index: string;
  readonly callerOf?: (of: Filled) => Caller;
  /** The number of matching results, if it is less than a page. */
  readonly all?: number;
  /** How many more results a page may examine in the large organization. The number is high if few of those results match. */
  readonly spread?: number;
}

const CASES: readonly Case[] = [
  { name: "no filter", filterOf: () => ({}), index: "ix_training_result_completed" },
  {
    name: "a range of time",
    filterOf: (_, size) => ({ from: at(size, 0.25), to: at(size, 0.5) }),
    index: "ix_training_result_completed",
  },
  { name: "passed", filterOf: () => ({ passed: true }), index: "ix_training_result_passed" },
  {
    name: "not passed",
    filterOf: () => ({ passed: false }),
    index: "ix_training_result_passed",
    all: FEW_RESULTS,
  },
  { name: "a course", filterOf: (of) => ({ courseIds: [of.course(3)] }), index: "ix_training_result_course" },
  {
    name: "a course that few complete",
    filterOf: (of) => ({ courseIds: [of.course(RARE_COURSE)] }),
    index: "ix_training_result_course",
    all: FEW_RESULTS,
  },
  {
    name: "several courses",
    filterOf: (of) => ({ courseIds: [of.course(1), of.course(2), of.course(RARE_COURSE)] }),
    index: "ix_training_result_course",
  },
  {
    name: "a course and passed, in a range",
    filterOf: (of, size) => ({ courseIds: [of.course(3)], passed: true, to: at(size, 0.75) }),
    index: "ix_training_result_course_passed",
  },
  { name: "a person", filterOf: (of) => ({ userIds: [of.person(7)] }), index: "ix_training_result_user" },
  {
    name: "several people, in a range",
    filterOf: (of, size) => ({
      userIds: [of.person(7), of.person(8), of.person(9)],
      from: at(size, 0.1),
      to: at(size, 0.9),
    }),
    index: "ix_training_result_user",
  },
  { name: "a small group", filterOf: (of) => ({ groupIds: [of.smallGroup] }), index: "ix_training_result_user" },
  {
    name: "a large group",
    filterOf: (of) => ({ groupIds: [of.largeGroup] }),
    index: "ix_training_result_completed",
    spread: 40,
  },
  {
    name: "a small group and a course",
    filterOf: (of) => ({ groupIds: [of.smallGroup], courseIds: [of.course(0), of.course(1)] }),
    index: "ix_training_result_user_course",
    all: 3,
    // The small organization has less than a page of results for each person and course.
    spread: 150,
  },
  {
    name: "a large group and a course",
    filterOf: (of, size) => ({ groupIds: [of.largeGroup], courseIds: [of.course(3)], to: at(size, 0.8) }),
    index: "ix_training_result_course",
    spread: 60,
  },
  {
    name: "a small group, not passed",
    filterOf: (of) => ({ groupIds: [of.smallGroup], passed: false }),
    index: "ix_training_result_user_passed",
    all: 0,
  },
  {
    name: "a large group, not passed",
    filterOf: (of) => ({ groupIds: [of.largeGroup], passed: false }),
    index: "ix_training_result_passed",
    all: FEW_RESULTS,
  },
  {
    name: "an answer of few people",
    filterOf: (of) => ({ answers: [of.answers.few] }),
    index: "ix_training_result_user",
  },
  {
    name: "an answer of many people",
    filterOf: (of) => ({ answers: [of.answers.many] }),
    index: "ix_training_result_completed",
    spread: 40,
  },
  {
    name: "answers to two questions",
    filterOf: (of) => ({ answers: [of.answers.few, of.answers.many, of.answers.half] }),
    index: "ix_training_result_user",
  },
  {
    name: "a manager's team",
    filterOf: () => ({}),
    index: "ix_training_result_user",
    callerOf: (of) => personIn(of.organizationId, of.manager, ["TEAM_TRAINING_READ"]),
  },
  {
    name: "the caller's own",
    filterOf: () => ({}),
    index: "ix_training_result_user",
    callerOf: (of) => personIn(of.organizationId, of.person(3), []),
  },
];

describe("a page examines about as many results in a large organization as in a small one", () => {
  const SIZE = 10;
  test.each(CASES)("$name", async ({ filterOf, index, callerOf = () => OPERATOR, all, spread = 2 }) => {
    const ask = async (of: Filled, size: number, after: string | null = null) =>
      await measure({ filter: filterOf(of, size), page: { first: SIZE, after } }, of, callerOf(of));
    const pagesOf = async (of: Filled, size: number) => {
      const first = await ask(of, size);
      return [first, await ask(of, size, first.endCursor)];
    };
    const [inSmall, inLarge] = [await pagesOf(small, SMALL), await pagesOf(large, LARGE)];
    for (const [number, page] of inLarge.entries()) {
      if (page.examined === 0 && all === undefined) throw new Error("The database examined no results.");
      if (number === 0 && all === undefined) expect(page.nodes).toHaveLength(SIZE);
      if (page.plan !== "") expect(page.plan).toContain(onMariaDb ? index : `${index} (organization_id=?`);
      expect(page.plan).not.toMatch(/\br (ALL|index) |\br .*filesort/);
      const bySmall = inSmall[number]?.examined ?? 0;
      if (page.examined > bySmall + spread)
        throw new Error(`Page ${number}: ${page.examined} results instead of ${bySmall}.`);
    }
  });
});
