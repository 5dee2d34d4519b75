/** A change of one member costs the same in a group of any size: the same statements, each with the same few parameters. */
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { SYSTEM } from "../../src/access/caller.js";
import type { Store } from "../../src/access/store.js";
import { createBegin } from "../../src/access/unit-of-work.js";
import { createOrganization } from "../../src/people/organization/organization.operations.js";
import { countQueries } from "../../src/platform/database/query-count.js";
import {
  changeGroupResource,
  createGroupResource,
} from "../../src/provisioning/directory/resource/group-resource.operations.js";
import { createUserResource } from "../../src/provisioning/directory/resource/user-resource.operations.js";
import { createDirectory } from "../../src/provisioning/directory/stored/directory.operations.js";
import { readGroup } from "../../src/scim/resource/read-group.js";
import { readUser } from "../../src/scim/resource/read-user.js";
import type { TestDatabase } from "../support/database.js";
import { openMigratedDatabase } from "../support/migrated-database.js";

let database: TestDatabase;
let store: Store;
beforeAll(async () => {
  database = await openMigratedDatabase();
  store = { reader: database.reader, begin: createBegin(database, () => new Date()) };
});
afterAll(() => database.close());

it("one member is added and removed by the same statements in a group of 2 and of 40, which name no other member", async () => {
  const { id: organizationId } = await createOrganization(store, SYSTEM, { name: "Acme", slug: "acme" });
  const { directory } = await createDirectory(store, SYSTEM, { organizationId });
  const ids: string[] = [];
  for (let place = 0; place < 41; place += 1)
    ids.push((await createUserResource(store, directory, readUser({ userName: `u${place}@acme.test` }))).id);
  const [one, ...others] = ids;
  const change = async (size: number) => {
    const content = readGroup({ displayName: `Of ${size}` });
    const { id } = await createGroupResource(store, directory, content, others.slice(0, size));
    const run = async (kind: "ADD" | "REMOVE") =>
      await countQueries(() =>
        changeGroupResource(store, directory, { id, expected: null }, () => ({
          content,
          members: [{ kind, ids: [one!] }],
        })),
      );
    return [await run("ADD"), await run("REMOVE")].map(({ statements }) => statements);
  };
  const [small, large] = [await change(2), await change(40)];
  expect(large).toEqual(small);
  // No statement reads the members of the whole group.
  for (const statement of large.flat().filter((sql) => sql.includes("group_member")))
    expect(statement).toMatch(/user_id IN \(\?\)|INSERT INTO/);
  expect(Math.max(...large.map(({ length }) => length))).toBeLessThanOrEqual(16);
});
