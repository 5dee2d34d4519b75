/**
 * Compares lists of users with a baseline: the plain driver's queries for the same rows and JSON.stringify.
 *
 *     npm run build && node dist/bench/directory/run.js
 *     node test/support/mariadb/run.mjs node dist/bench/directory/run.js
 *
 * 100 users × 8 fields with 3 groups each, of 10,000, by standard execution of GraphQL in this process, without HTTP. Both
 * alternate, and medians of this process's CPU time are compared, so that other load matters little. On MariaDB the
 * server's work is in neither. Read the ratios, not the milliseconds. The aim for the page is 3.2.
 */
import "reflect-metadata";
import { execute, parse, type ExecutionResult } from "graphql";
import { migrations } from "../../migrations/index.js";
import type { RequestContext } from "../../src/access/request-context.js";
import { createBegin } from "../../src/access/unit-of-work.js";
import { entities } from "../../src/entities.js";
import { PEOPLE_FAILURES } from "../../src/people/failures.js";
import { createOrganization } from "../../src/people/organization/organization.operations.js";
import { createPeopleResolvers } from "../../src/people/resolvers.js";
import { systemClock } from "../../src/platform/clock.js";
import { migrate } from "../../src/platform/database/migrations.js";
import { PLATFORM_FAILURES } from "../../src/platform/errors/failure.js";
import { assembleCatalogue } from "../../src/platform/graphql/failures.js";
import { buildGraphQLSchema } from "../../src/platform/graphql/schema.js";
import { openTestDatabase } from "../../test/support/database.js";
import { takeTurns } from "../take-turns.js";
import { openDriver } from "./driver.js";
import { fillOrganization } from "./people.js";

const WARM_UP = 50;
const ROUNDS = 100;
const OPERATOR: RequestContext["caller"] = { kind: "OPERATOR", apiKeyId: "bench" };

const database = await openTestDatabase({ entities, migrations });
try {
  await migrate(database);
  const store = { reader: database.reader, begin: createBegin(database, systemClock) };
  const { id } = await createOrganization(store, OPERATOR, { name: "Bench", slug: "bench" });
  await store.begin(OPERATOR, { kind: "OPERATOR", actor: null }, (unit) => fillOrganization(unit, id));
  const container = createPeopleResolvers(store);
  const schema = buildGraphQLSchema({
    resolvers: [...container.keys()],
    container,
    errorCodes: assembleCatalogue(PLATFORM_FAILURES, PEOPLE_FAILURES),
  });
  const driver = await openDriver(database);

  const ask = (filter: string) => {
    const document = parse(`query ($org: ID!) { users(organizationId: $org, orderBy: { field: LAST_NAME }, first: 100
      ${filter}) { nodes { id email firstName lastName fullName status authMethod version groups { id name } } } }`);
    return async (): Promise<number> => {
      const contextValue: RequestContext = { caller: OPERATOR };
      const result = (await execute({
        schema,
        document,
        contextValue,
        variableValues: { org: id },
      })) as ExecutionResult<{
        users: { nodes: unknown[] };
      }>;
      if (result.errors) throw result.errors[0];
      JSON.stringify(result);
      return result.data?.users.nodes.length ?? 0;
    };
  };
  const jobs = [
    { name: "page", ours: ask(""), limit: () => driver.page(id) },
    { name: "search", ours: ask('filter: { search: "needle" }'), limit: () => driver.search(id, "needle") },
    { name: "role", ours: ask("filter: { roleKeys: [ADMIN] }"), limit: () => driver.role(id, "ADMIN") },
  ];

  console.log(`${database.dialect}: users of an organization of 10,000, medians of CPU time in ${ROUNDS} rounds`);
  for (const { name, ours, limit } of jobs) {
    const [found, expected] = [await ours(), await limit()];
    if (found !== expected) throw new Error(`${name} finds ${found} users, and the driver ${expected}.`);
    const { cpu } = await takeTurns({ ours, limit, warmUp: WARM_UP, rounds: ROUNDS });
    console.log(
      `${name.padEnd(8)}${String(found).padStart(4)} users  GraphQL ${cpu.ours.toFixed(2)} ms  driver ${cpu.limit.toFixed(2)} ms  ratio ${(cpu.ours / cpu.limit).toFixed(2)}`,
    );
  }
  await driver.close();
} finally {
  await database.close();
}
