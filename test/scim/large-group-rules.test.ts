/**
 * A large group of a directory gives roles and memberships. The number of statements depends on the number of parts, not of
 * people.
 */
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { SYSTEM } from "../../src/access/caller.js";
import type { Store } from "../../src/access/store.js";
import { createBegin } from "../../src/access/unit-of-work.js";
import { replaceMappings } from "../../src/connection/mapping/mapping.repository.js";
import { addGroup } from "../../src/people/group/group-record.changes.js";
import { createOrganization } from "../../src/people/organization/organization.operations.js";
import { findRolesOf } from "../../src/people/role/role.repository.js";
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

const PEOPLE = 320;

it("320 people get a role and a group by rules, and lose them, in few more statements than 20", async () => {
  const { id: organizationId } = await createOrganization(store, SYSTEM, { name: "Acme", slug: "acme" });
  const { directory } = await createDirectory(store, SYSTEM, { organizationId });
  const roles = await findRolesOf(database.reader, organizationId);
  const manager = roles.find(({ key }) => key === "MANAGER")!;
  const rule = { id: null, claim: "groups", operator: "EQUALS", values: ["Staff"], ignoreCase: false } as const;
  await store.begin(SYSTEM, { kind: "SYSTEM", actor: null }, async (unit) => {
    const { id } = await addGroup(unit, { organizationId, name: "Given", description: null });
    await replaceMappings(unit, directory.id, "ROLE", [{ ...rule, target: manager.id }], "DIRECTORY");
    await replaceMappings(unit, directory.id, "GROUP", [{ ...rule, target: id }], "DIRECTORY");
  });
  const ids: string[] = [];
  for (let place = 0; place < PEOPLE; place += 1)
    ids.push((await createUserResource(store, directory, readUser({ userName: `u${place}@acme.test` }))).id);
  const content = readGroup({ displayName: "Staff" });
  const { id } = await createGroupResource(store, directory, content, []);
  const run = async (kind: "ADD" | "REMOVE", some: readonly string[]) => {
    const { statements } = await countQueries(() =>
      changeGroupResource(store, directory, { id, expected: null }, () => ({
        content,
        members: [{ kind, ids: some }],
      })),
    );
    const row = await database.reader.row<{ managers: number | string }>(
      "SELECT COUNT(*) AS managers FROM membership_role WHERE role_id = ? AND source_kind = 'MAPPING' AND directory_id = ?",
      [manager.id, directory.id],
    );
    const given = await database.reader.row<{ given: number | string }>(
      "SELECT COUNT(*) AS given FROM group_member WHERE source_kind = 'MAPPING' AND directory_id = ?",
      [directory.id],
    );
    return { statements: statements.length, managers: Number(row?.managers), given: Number(given?.given) };
  };
  const few = await run("ADD", ids.slice(0, 20));
  const many = await run("ADD", ids.slice(20));
  expect([few.managers, few.given, many.managers, many.given]).toEqual([20, 20, PEOPLE, PEOPLE]);
  // The second part takes the same statements as the first one.
  expect(many.statements).toBeLessThanOrEqual(few.statements + 20);
  const left = await run("REMOVE", ids);
  // STICKY keeps the role.
  expect([left.managers, left.given]).toEqual([PEOPLE, 0]);
  expect(left.statements).toBeLessThanOrEqual(few.statements + 20);
});
