/**
 * Compares results with baselines: pages with the plain driver's queries for the same rows and JSON.stringify, and a
 * group's averages over a year with the plain SQL aggregate.
 *
 *     npm run bench:results
 *     node test/support/mariadb/run.mjs node dist/bench/results/run.js
 *
 * 200,000 results of 400 people in 21 courses, completed within 23 months; pages of 100 results × 10 fields with person
 * and course; a group of 250 people. By standard execution of GraphQL in this process, without HTTP. Both alternate, and
 * medians are compared: of this process's CPU time, and of elapsed time, which includes the work of a database server.
 * Read the ratios, not the milliseconds.
 */
import "reflect-metadata";
import { execute, parse, type ExecutionResult } from "graphql";
import { migrations } from "../../migrations/index.js";
import type { RequestContext } from "../../src/access/request-context.js";
import { createBegin } from "../../src/access/unit-of-work.js";
import { entities } from "../../src/entities.js";
import { PEOPLE_FAILURES, SEATS_FULL } from "../../src/people/failures.js";
import { createOrganization } from "../../src/people/organization/organization.operations.js";
import { createPeopleResolvers } from "../../src/people/resolvers.js";
import { systemClock } from "../../src/platform/clock.js";
import { migrate } from "../../src/platform/database/migrations.js";
import { PLATFORM_FAILURES } from "../../src/platform/errors/failure.js";
import { assembleCatalogue } from "../../src/platform/graphql/failures.js";
import { buildGraphQLSchema } from "../../src/platform/graphql/schema.js";
import { TRAINING_FAILURES } from "../../src/training/failures.js";
import { createTrainingResolvers } from "../../src/training/resolvers.js";
import { openTestDatabase } from "../../test/support/database.js";
import { fillWithResults } from "../../test/support/fill-results.js";
import { takeTurns, type Medians } from "../take-turns.js";
import { openDriver } from "./driver.js";

const RESULTS = 200_000;
const SECONDS_BETWEEN = 300;
const PAGES = { warmUp: 50, rounds: 100 };
const AVERAGES = { warmUp: 2, rounds: 15 };
const OPERATOR: RequestContext["caller"] = { kind: "OPERATOR", apiKeyId: "bench" };
const [FROM, UNTIL] = ["2024-06-01", "2025-06-01"];

const database = await openTestDatabase({ entities, migrations });
try {
  await migrate(database);
  const store = { reader: database.reader, begin: createBegin(database, systemClock) };
  const { id } = await createOrganization(store, OPERATOR, { name: "Bench", slug: "bench", timeZone: "UTC" });
  const filled = await store.begin(OPERATOR, { kind: "OPERATOR", actor: null }, (unit) =>
    fillWithResults(unit, id, "b", RESULTS, SECONDS_BETWEEN),
  );
  const container = new Map([...createPeopleResolvers(store), ...createTrainingResolvers(store)]);
  const schema = buildGraphQLSchema({
    resolvers: [...container.keys()],
    container,
    errorCodes: assembleCatalogue(PLATFORM_FAILURES, PEOPLE_FAILURES, [SEATS_FULL], TRAINING_FAILURES),
  });
  const driver = await openDriver(database);

  const ask = async <Data>(document: ReturnType<typeof parse>, variableValues: Record<string, unknown>) => {
    const contextValue: RequestContext = { caller: OPERATOR };
    const result = (await execute({ schema, document, contextValue, variableValues })) as ExecutionResult<Data>;
    if (result.errors) throw result.errors[0];
    JSON.stringify(result);
    return result.data ?? undefined;
  };
  const pages =
    parse(`query ($org: ID!, $filter: ResultFilter) { results(organizationId: $org, first: 100, filter: $filter) {
    nodes { id kind attempt score maximum percent passRate passed startedAt completedAt
      user { id email firstName lastName } course { id title } } } }`);
  const askForPage = (filter: Record<string, unknown>) => async () =>
    (await ask<{ results: { nodes: unknown[] } }>(pages, { org: id, filter }))?.results.nodes.length;
  const averages = parse(`query ($group: ID!, $from: TimeBound, $to: TimeBound) {
    groupResults(groupId: $group, from: $from, to: $to) {
      courses { courseId people results averagePercent passRate passed failed withheld } } }`);
  const askForAverages = async () =>
    (
      await ask<{ groupResults: { courses: unknown[] } }>(averages, {
        group: filled.largeGroup,
        from: `${FROM}T00:00:00Z`,
        to: `${UNTIL}T00:00:00Z`,
      })
    )?.groupResults.courses.length;
  const readAverages = (by: "time" | "person") => () =>
    driver.averages(by, {
      organizationId: id,
      groupId: filled.largeGroup,
      from: `${FROM} 00:00:00.000`,
      until: `${UNTIL} 00:00:00.000`,
    });
  const jobs = [
    { name: "page", ours: askForPage({}), limit: () => driver.page(id), ...PAGES },
    {
      name: "page of a group",
      ours: askForPage({ groupIds: [filled.largeGroup] }),
      limit: () => driver.group(id, filled.largeGroup),
      ...PAGES,
    },
    {
      name: "page of a course",
      ours: askForPage({ courseIds: [filled.course(3)] }),
      limit: () => driver.course(id, filled.course(3)),
      ...PAGES,
    },
    { name: "page of what was passed", ours: askForPage({ passed: true }), limit: () => driver.passed(id), ...PAGES },
    { name: "averages / plain, by person", ours: askForAverages, limit: readAverages("person"), ...AVERAGES },
    { name: "averages / plain, by time", ours: askForAverages, limit: readAverages("time"), ...AVERAGES },
  ];

  console.log(`${database.dialect}: of 200,000 results, medians of ${PAGES.rounds} and ${AVERAGES.rounds} rounds`);
  const write = (what: string, { ours, limit }: Medians) =>
    `${what} ${ours.toFixed(2)} / ${limit.toFixed(2)} ms = ${(ours / limit).toFixed(2)}`;
  for (const job of jobs) {
    const [found, expected] = [await job.ours(), await job.limit()];
    if (found !== expected) throw new Error(`${job.name} finds ${found} lines, and the driver ${expected}.`);
    const { cpu, elapsed } = await takeTurns(job);
    console.log(
      `${job.name.padEnd(28)}${String(found).padStart(4)} lines  ${write("CPU", cpu)}  ${write("time", elapsed)}`,
    );
  }
  await driver.close();
} finally {
  await database.close();
}
