/**
 * Creates a user as Usher does, and kills itself around the commit. It runs no worker.
 *
 *     node test/webhooks/worker/kill-around-commit.mjs before|after DATABASE_URL ORGANIZATION_ID EMAIL
 */
import "reflect-metadata";

const [moment, url, organizationId, email] = process.argv.slice(2);
const load = (path) => import(new URL(`../../../dist/${path}`, import.meta.url).href);
const { migrations } = await load("migrations/index.js");
const { entities } = await load("src/entities.js");
const { createBegin } = await load("src/access/unit-of-work.js");
const { createUser } = await load("src/people/user/user.operations.js");
const { openDatabase } = await load("src/platform/database/open-database.js");

const database = await openDatabase({ url, entities, migrations });
const begin = createBegin(database, () => new Date());
const die = () => process.kill(process.pid, "SIGKILL");
const mortal = async (caller, cause, work) => {
  await begin(caller, cause, async (unit) => {
    const result = await work(unit);
    if (moment === "before") die();
    return result;
  });
  die();
};
const operator = { kind: "OPERATOR", apiKeyId: "test" };
const person = { organizationId, email, firstName: "Ada", lastName: "Lovelace" };
await createUser({ reader: database.reader, begin: mortal }, operator, person);
