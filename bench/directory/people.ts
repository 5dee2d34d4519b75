/** Fills an organization with people: 10,000 users, each with an address, names, terms, a role and three groups. */
import { v7 as uuidv7 } from "uuid";
import type { UnitOfWork } from "../../src/access/unit-of-work.js";
import { insertRows } from "../../src/platform/database/statements.js";

const USERS = 10_000;
const GROUPS = 30;
const GROUPS_OF_A_USER = 3;

/** A pseudo-random number, the same in every run. */
const scatter = (index: number) => (index * 7919) % USERS;

/** One user in a hundred is an administrator, and one in 400 has a name that begins with `needle`. */
export async function fillOrganization(unit: UnitOfWork, organizationId: string): Promise<void> {
  const roles = await unit.rows<{ id: string; role_key: string }>(
    "SELECT id, role_key FROM role WHERE organization_id = ?",
    [organizationId],
  );
  const roleId = (key: string) => roles.find(({ role_key }) => role_key === key)?.id ?? "";
  const groups = Array.from({ length: GROUPS }, (_, index) => ({ id: uuidv7(), name: `Group ${index}` }));
  const people = Array.from({ length: USERS }, (_, index) => ({
    index,
    id: uuidv7(),
    email: `person${index}@example.com`,
    first: `First${scatter(index)}`,
    last: `${index % 400 === 0 ? "Needle" : "Last"}${scatter(index)}`,
  }));
  await insertRows(
    unit,
    "user_group",
    ["id", "organization_id", "name", "name_hash", "name_key", "version", "created_at", "updated_at"],
    groups.map(({ id, name }) => [id, organizationId, name, id, name.toLowerCase(), 1, unit.now, unit.now]),
  );
  await insertRows(
    unit,
    "app_user",
    [
      "id",
      "home_organization_id",
      "email",
      "email_key",
      "first_name",
      "first_name_key",
      "last_name",
      "last_name_key",
      "full_name",
      "status",
      "auth_method",
      "version",
      "created_at",
      "updated_at",
    ],
    people.map(({ id, email, first, last }) => [
      id,
      organizationId,
      email,
      email,
      first,
      first.toLowerCase(),
      last,
      last.toLowerCase(),
      `${first} ${last}`,
      "ACTIVE",
      "SSO",
      1,
      unit.now,
      unit.now,
    ]),
  );
  await insertRows(
    unit,
    "membership",
    ["organization_id", "user_id", "created_at", "last_name_key", "first_name_key", "email_key", "status"],
    people.map(({ id, email, first, last }) => [
      organizationId,
      id,
      unit.now,
      last.toLowerCase(),
      first.toLowerCase(),
      email,
      "ACTIVE",
    ]),
  );
  await insertRows(
    unit,
    "membership_term",
    ["organization_id", "term", "user_id"],
    people.flatMap(({ id, email, first, last }) =>
      [email, first, last, "example", "com"].map((term) => [organizationId, term.toLowerCase(), id]),
    ),
  );
  await insertRows(
    unit,
    "membership_role",
    ["organization_id", "user_id", "role_id", "source_kind", "created_at"],
    people.map(({ index, id }) => [
      organizationId,
      id,
      roleId(index % 100 === 0 ? "ADMIN" : "USER"),
      "DEFAULT",
      unit.now,
    ]),
  );
  await insertRows(
    unit,
    "group_member",
    ["group_id", "user_id", "source_kind", "source_id", "created_at"],
    people.flatMap(({ index, id }) =>
      Array.from({ length: GROUPS_OF_A_USER }, (_, turn) => groups[(index + turn * 7) % GROUPS]?.id ?? "").map(
        (groupId) => [groupId, id, "ADMIN", "", unit.now],
      ),
    ),
  );
}
